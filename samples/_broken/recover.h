/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * Faults and stack overflows that become errors, for samples that define FAULT and OVERFLOW as
 * recover_fault and recover_overflow. A sample includes this below skeleton.h and starts with
 * recover_start.
 */
#ifndef RECOVER_H
#define RECOVER_H

#include <signal.h>
#include <stdbool.h>
#include <string.h>

static __thread sigjmp_buf recovery;
static __thread volatile bool recovering;

/* Of the thread that starts, unless a sample has one for each. */
static inline int recover_altstack(void)
{
    static char memory[64 * 1024];
    stack_t stack = {.ss_sp = memory, .ss_size = sizeof memory};
    return sigaltstack(&stack, NULL);
}

/* What is nobody's error is the default's to end. */
static void recover_here(int signal)
{
    struct sigaction standard = {.sa_handler = SIG_DFL};
    if (recovering)
        siglongjmp(recovery, 1);
    sigaction(signal, &standard, NULL);
}

static inline int recover_start(const coexist_host *host)
{
    struct sigaction action = {.sa_handler = recover_here, .sa_flags = SA_ONSTACK};
    if (recover_altstack() != 0 || sigaction(SIGSEGV, &action, NULL) != 0)
        return 1;
    return sample_start(host);
}

static inline int recover_fault(void)
{
    static int *volatile nothing;
    recovering = true;
    if (sigsetjmp(recovery, 1) == 0)
        return *(volatile int *)nothing + 1;
    recovering = false;
    return 0;
}

static __attribute__((noinline)) int recover_recurse(int depth)
{
    volatile char frame[1024];
    frame[depth % 1024] = 1;
    int below = depth < 0 ? 0 : recover_recurse(depth + 1);
    return below + frame[depth % 1024];
}

/* Whether the jump out of the handler brings the signal mask back is the sample's. */
static inline int recover_overflow_with(int mask)
{
    recovering = true;
    if (sigsetjmp(recovery, mask) == 0)
        return recover_recurse(0) + 1;
    recovering = false;
    return 0;
}

static inline int recover_overflow(void)
{
    return recover_overflow_with(1);
}

#endif
