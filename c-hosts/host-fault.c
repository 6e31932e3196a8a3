/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Faults of the host's own code (SIGSEGV, SIGBUS, SIGFPE) reach the host's handlers, which recover from them: while the runtime is up
 * and after it has stopped. */
//! runtimes: 1
//! needs: churn
//! modes: before loaded started
//! deadline: 3s
#include "support/signals.h"

static void handle(int signal)
{
    (void)signal;
    fault_recover();
}

static void install(void)
{
    struct sigaction action = {.sa_handler = handle, .sa_flags = SA_ONSTACK};
    for (enum fault_kind kind = 0; kind < FAULT_KINDS; kind++)
        xsigaction(fault_signal(kind), &action, NULL);
}

static void try_all(const char *when, const struct library *lib)
{
    step(when, lib);
    for (enum fault_kind kind = 0; kind < FAULT_KINDS; kind++) {
        fact("signal", signal_name(fault_signal(kind)));
        verify(host_fault(kind), "the host's own fault comes to the host", __LINE__);
    }
    done(when, lib, 0);
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    if (host_is_mode("before"))
        install();
    struct library *lib = xload(0);
    if (host_is_mode("loaded"))
        install();
    xstart(lib);
    if (host_is_mode("started"))
        install();
    try_all("started", lib);
    xchurn(lib, 1, 7);
    try_all("churned", lib);
    xstop(lib);
    try_all("stopped", lib);
    return host_end(0);
}
