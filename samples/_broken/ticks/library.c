/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* A timer of its own sends it a signal each millisecond. */
#define _GNU_SOURCE
#define SAMPLE ticks
#define ID "ticks"
#define START tick
#include "coexist_runtime.h"

static int tick(const coexist_host *host);
#include "skeleton.h"
#include <signal.h>
#include <sys/time.h>

static void note(int signal)
{
    (void)signal;
}

static int tick(const coexist_host *host)
{
    const struct sigaction action = {.sa_handler = note, .sa_flags = SA_RESTART};
    const struct itimerval often = {.it_interval.tv_usec = 1000, .it_value.tv_usec = 1000};
    if (sigaction(SIGALRM, &action, NULL) != 0 || setitimer(ITIMER_REAL, &often, NULL) != 0)
        return 1;
    return sample_start(host);
}
