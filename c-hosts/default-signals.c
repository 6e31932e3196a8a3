/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* INT, TERM, HUP, QUIT and TSTP, for which the host has no handler, go on ending or stopping the process: their default is not
 * replaced. */
//! runtimes: 1
//! needs: churn
//! deadline: 5s
#include "support/signals.h"

static void check(const char *when, const struct library *lib)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};
    step(when, lib);
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        uintptr_t now = handler_of(signals[i]).function;
        verify(now == (uintptr_t)SIG_DFL, "signals that end the process still do", __LINE__);
        if (now != (uintptr_t)SIG_DFL)
            detail("%s: %s; ", signal_name(signals[i]), owner_of(now));
    }
    done(when, lib, 0);
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    struct library *lib = xload(0);
    xstart(lib);
    xchurn(lib, 1, 7);
    check("started", lib);
    xstop(lib);
    check("stopped", lib);
    return host_end(0);
}
