/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Takes two signals and ignores one, arms a timer, adds SA_ONSTACK to what it finds; at its end one signal stays, and the other
 * one gets what it believes to have been there. */
#define _GNU_SOURCE
#define SAMPLE leaves_signals
#define ID "leaves-signals"
#define START take
#define STOP leave
#include "coexist_runtime.h"

static int take(const coexist_host *host);
static int leave(void);
#include "skeleton.h"
#include <signal.h>
#include <sys/time.h>

static void ignore(int signal)
{
    (void)signal;
}

static int take(const coexist_host *host)
{
    struct sigaction action;
    if (sigaction(SIGHUP, NULL, &action) == 0 && action.sa_handler != SIG_DFL) {
        action.sa_flags |= SA_ONSTACK;
        sigaction(SIGHUP, &action, NULL);
    }
    const struct sigaction first = {.sa_handler = ignore, .sa_flags = SA_RESTART};
    const struct sigaction second = {.sa_handler = ignore};
    const struct sigaction none = {.sa_handler = SIG_IGN};
    const struct itimerval hourly = {.it_interval.tv_sec = 3600, .it_value.tv_sec = 3600};
    if (sigaction(SIGUSR1, &first, NULL) != 0 || sigaction(SIGUSR2, &second, NULL) != 0 ||
        sigaction(SIGPIPE, &none, NULL) != 0 || setitimer(ITIMER_VIRTUAL, &hourly, NULL) != 0)
        return 1;
    return sample_start(host);
}

static int leave(void)
{
    signal(SIGUSR2, SIG_DFL);
    return 0;
}
