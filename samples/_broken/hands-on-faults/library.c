/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Hands each fault on to the handler that was there before. Without tables: from a function of which no unwinder knows. */
#define _GNU_SOURCE
#define SAMPLE hands_on_faults
#define ID "hands-on-faults"
#define START take
#include "coexist_runtime.h"

static int take(const coexist_host *host);
#include "skeleton.h"
#include <signal.h>
#include <unistd.h>

#ifndef FLAGS
#define FLAGS 0
#endif

static struct sigaction previous;
static void (*next)(int, siginfo_t *, void *) __attribute__((used));

#ifdef WITHOUT_TABLES
void hand_on(int signal, siginfo_t *info, void *context);
__asm__(".text\n"
        ".type hand_on, @function\n"
        "hand_on:\n\t"
        "subq $8, %rsp\n\t"
        "call *next(%rip)\n\t"
        "addq $8, %rsp\n\t"
        "ret\n"
        ".size hand_on, . - hand_on\n");
#else
static void hand_on(int signal, siginfo_t *info, void *context)
{
    next(signal, info, context);
    __asm__ volatile(""); /* or the call would be the last thing, and leave no frame */
}
#endif

static void meet(int signal, siginfo_t *info, void *context)
{
#ifdef KEEPS
    _exit(70);
#endif
    if (previous.sa_handler == SIG_DFL)
        sigaction(signal, &previous, NULL);
    else
        hand_on(signal, info, context);
    __asm__ volatile("");
}

static int take(const coexist_host *host)
{
    const struct sigaction action = {.sa_sigaction = meet, .sa_flags = SA_SIGINFO | FLAGS};
    if (sigaction(SIGSEGV, &action, &previous) != 0)
        return 1;
    next = previous.sa_sigaction;
    return sample_start(host);
}
