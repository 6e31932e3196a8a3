/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Host and runtime both live on SIGSEGV, and each gets its own: the host's handler came before the library (and the runtime hands on
 * what is not its own), or after it and hands on what is not the host's, or after it and was taken away again. */
//! runtimes: 1
//! needs: fault
//! modes: before loaded chained restored
//! deadline: 3s
#include "support/signals.h"

static struct sigaction previous;

static void handle(int signal, siginfo_t *info, void *context)
{
    if (fault_is_hosts())
        fault_recover();
    if (previous.sa_flags & SA_SIGINFO)
        previous.sa_sigaction(signal, info, context);
    else if (previous.sa_handler != SIG_DFL && previous.sa_handler != SIG_IGN)
        previous.sa_handler(signal);
    else
        xsigaction(signal, &previous, NULL);
}

static void install(void)
{
    struct sigaction action = {.sa_sigaction = handle, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    xsigaction(SIGSEGV, NULL, &previous);
    action.sa_mask = previous.sa_mask;
    action.sa_flags |= previous.sa_flags & SA_NODEFER;
    xsigaction(SIGSEGV, &action, NULL);
}

static void own_fault(const struct library *lib)
{
    step("own-fault", lib);
    verify(host_fault(FAULT_SEGV), "the host's own fault comes to the host", __LINE__);
    done("own-fault", lib, 0);
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    bool restored = host_is_mode("restored");
    if (host_is_mode("before"))
        install();
    struct library *lib = xload(0);
    if (host_is_mode("loaded"))
        install();
    xstart(lib);
    if (restored || host_is_mode("chained"))
        install();
    own_fault(lib);
    if (restored)
        xsigaction(SIGSEGV, &previous, NULL);
    for (int round = 0; round < 2; round++) {
        xfault(lib);
        if (!restored)
            own_fault(lib);
    }
    xcallback(lib);
    xstop(lib);
    return host_end(0);
}
