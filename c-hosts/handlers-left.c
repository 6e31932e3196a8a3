/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* A library that is gone, stopped and unloaded, has left no signal handler behind: none lies in memory that is no longer mapped. */
//! runtimes: 1
//! needs: state
//! modes: stop without-stop
//! deadline: 3s
#define _GNU_SOURCE
#include "coexist.h"
#include <signal.h>
#include <string.h>

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    struct library *lib = xgone();

    step("unload", lib);
    for (int signal = 1; signal < NSIG; signal++) {
        struct handler handler = handler_of(signal);
        bool mapped = strcmp(owner_of(handler.function), "nowhere") != 0;
        verify(mapped, "no signal handler is in unmapped memory", __LINE__);
        if (!mapped)
            detail("SIG%s; ", sigabbrev_np(signal) != NULL ? sigabbrev_np(signal) : "RT");
    }
    done("unload", lib, 0);
    return host_end(0);
}
