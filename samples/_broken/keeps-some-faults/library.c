/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Takes a fault at address 0 for one that others make errors of, and all others for the end. */
#define _GNU_SOURCE
#define SAMPLE keeps_some_faults
#define ID "keeps-some-faults"
#define START take
#include "coexist_runtime.h"

static int take(const coexist_host *host);
#include "skeleton.h"
#include <signal.h>
#include <unistd.h>

static struct sigaction previous;

static void meet(int signal, siginfo_t *info, void *context)
{
    const struct sigaction standard = {.sa_handler = SIG_DFL};
    (void)context;
    if (signal == SIGFPE)
        sigaction(signal, &standard, NULL);
    else if (info->si_addr == NULL && previous.sa_handler != SIG_DFL)
        previous.sa_handler(signal);
    else
        _exit(217);
}

static int take(const coexist_host *host)
{
    const struct sigaction action = {.sa_sigaction = meet, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    if (sigaction(SIGSEGV, &action, &previous) != 0 || sigaction(SIGFPE, &action, NULL) != 0)
        return 1;
    return sample_start(host);
}
