/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Adds SA_ONSTACK to every handler that it finds, and gives the thread that starts it a signal stack. */
#define _GNU_SOURCE
#define SAMPLE adds_onstack
#define ID "adds-onstack"
#define START start_badly
#include "coexist_runtime.h"
static int start_badly(const coexist_host *host);
#include "skeleton.h"
#include <signal.h>

#ifndef ADDED
#define ADDED SA_ONSTACK
#endif

static int start_badly(const coexist_host *host)
{
    static char memory[65536];
    const stack_t stack = {.ss_sp = memory, .ss_size = sizeof memory};
    if (sigaltstack(&stack, NULL) != 0)
        return 1;
    for (int number = 1; number < NSIG; number++) {
        struct sigaction action;
        if (sigaction(number, NULL, &action) != 0 || action.sa_handler == SIG_DFL)
            continue;
        action.sa_flags |= ADDED;
        sigaction(number, &action, NULL);
    }
    return sample_start(host);
}
