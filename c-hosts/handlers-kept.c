/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The handlers that the host has for the signals that programs use stay the host's: while the runtime comes up, collects and shuts
 * down, be they installed before the library was loaded or when it was up. */
//! runtimes: 1
//! needs: churn
//! modes: before loaded started
//! deadline: 5s
#include "support/signals.h"

static void handle(int signal)
{
    (void)signal;
}

static void check(const char *when, const struct library *lib)
{
    step(when, lib);
    for (int i = 0; i < PROGRAM_SIGNALS; i++) {
        int signal = program_signal(i);
        uintptr_t now = handler_of(signal).function;
        verify(now == (uintptr_t)handle, "the host's handlers are the host's", __LINE__);
        if (now != (uintptr_t)handle)
            detail("%s: %s; ", signal_name(signal), owner_of(now));
    }
    done(when, lib, 0);
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    if (host_is_mode("before"))
        xhandle_all(handle);
    struct library *lib = xload(0);
    if (host_is_mode("loaded"))
        xhandle_all(handle);
    xstart(lib);
    if (host_is_mode("started"))
        xhandle_all(handle);
    check("started", lib);
    xchurn(lib, 1, 7);
    check("churned", lib);
    xstop(lib);
    check("stopped", lib);
    return host_end(0);
}
