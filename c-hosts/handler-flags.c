/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The flags of the host's handlers stay as the host gave them, whoever the handler belongs to now: above all, nobody adds SA_ONSTACK. */
//! runtimes: 1
//! needs: churn
//! modes: before loaded started
//! deadline: 5s
#include "support/signals.h"

static void handle(int signal)
{
    (void)signal;
}

/* A handler that was replaced is another scenario's. */
static void check(const char *when, const struct library *lib)
{
    step(when, lib);
    for (int i = 0; i < PROGRAM_SIGNALS; i++) {
        int signal = program_signal(i);
        struct handler now = handler_of(signal);
        bool same = now.function != (uintptr_t)handle || now.flags == SA_RESTART;
        verify(same, "the flags of the host's handlers are the host's", __LINE__);
        if (!same)
            detail("%s%s%s; ", signal_name(signal), now.flags & SA_ONSTACK ? " +SA_ONSTACK" : "",
                   now.flags & SA_RESTART ? "" : " -SA_RESTART");
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
