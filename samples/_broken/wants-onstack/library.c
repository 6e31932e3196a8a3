/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Relies on SA_ONSTACK in a handler that somebody may have put his own in front of. */
#define _GNU_SOURCE
#define SAMPLE wants_onstack
#define ID "wants-onstack"
#define START start_badly
#define CHURN churn_signalled
#define SPIN spin
#include "coexist_runtime.h"
static int start_badly(const coexist_host *host);
static int churn_signalled(uint32_t mib, uint32_t seed, uint64_t *sum);
static int spin(uint32_t n);
#include "skeleton.h"
#include <signal.h>

static void handle(int signal)
{
    (void)signal;
    stack_t stack;
    if (sigaltstack(NULL, &stack) != 0 || !(stack.ss_flags & SS_ONSTACK))
        abort();
}

static int start_badly(const coexist_host *host)
{
    static char memory[65536];
    stack_t stack = {.ss_sp = memory, .ss_size = sizeof memory};
    sigaltstack(&stack, NULL);
    struct sigaction action = {.sa_handler = handle, .sa_flags = SA_ONSTACK | SA_RESTART};
    sigaction(SIGURG, &action, NULL);
    return sample_start(host);
}

static int churn_signalled(uint32_t mib, uint32_t seed, uint64_t *sum)
{
    raise(SIGURG);
    return sample_churn(mib, seed, sum);
}

static int spin(uint32_t n)
{
    (void)n;
    return 0;
}
