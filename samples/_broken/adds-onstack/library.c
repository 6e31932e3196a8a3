/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Adds SA_ONSTACK to the host's handler of SIGUSR1, which then runs wherever an alternate stack is. */
#define SAMPLE adds_onstack
#define ID "adds-onstack"
#define START change_it
#include "coexist_runtime.h"
static int change_it(const coexist_host *host);
#include "skeleton.h"
#include <signal.h>

static int change_it(const coexist_host *host)
{
    struct sigaction action;
    sigaction(SIGUSR1, NULL, &action);
    action.sa_flags |= SA_ONSTACK;
    sigaction(SIGUSR1, &action, NULL);
    return sample_start(host);
}
