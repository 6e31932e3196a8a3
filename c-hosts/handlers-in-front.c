/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The host puts handlers of its own in front of those that the runtime has for signals that are no faults, as a profiler would, and hands
 * everything on: the busy runtime goes on. In the first mode they lack SA_ONSTACK, as handlers of C programs mostly do. */
//! runtimes: 1
//! needs: spin churn state
//! modes: plain onstack
//! deadline: 5s
#define _GNU_SOURCE
#include "support/signals.h"
#include <unistd.h>

static struct sigaction previous[NSIG];

static void hand_on(int signal, siginfo_t *info, void *context)
{
    const struct sigaction *theirs = &previous[signal];
    if (theirs->sa_flags & SA_SIGINFO)
        theirs->sa_sigaction(signal, info, context);
    else
        theirs->sa_handler(signal);
}

static bool is_fault(int signal)
{
    return signal == SIGSEGV || signal == SIGBUS || signal == SIGFPE || signal == SIGILL ||
           signal == SIGTRAP || signal == SIGABRT || signal == SIGSYS;
}

static void put_in_front(int signal)
{
    if (is_fault(signal) || sigaction(signal, NULL, &previous[signal]) != 0)
        return; /* glibc keeps some for itself */
    if (previous[signal].sa_handler == SIG_DFL || previous[signal].sa_handler == SIG_IGN)
        return;
    struct sigaction action = previous[signal];
    action.sa_sigaction = hand_on;
    action.sa_flags |= SA_SIGINFO;
    if (host_is_mode("plain"))
        action.sa_flags &= ~SA_ONSTACK;
    xsigaction(signal, &action, NULL);
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    struct library *lib = xload(0);
    xstart(lib);
    step("spin", lib);
    verify_is(lib->table->spin(2), 0, "spin returns 0", __LINE__);
    done("spin", lib, 0);
    for (int signal = 1; signal < NSIG; signal++)
        put_in_front(signal);
    for (uint32_t round = 0; round < 3; round++)
        xchurn(lib, 4, round);
    xstate_is(lib, 1);
    /* How a process ends with runtimes up is another scenario's property. */
    _exit(host_end(0));
}
