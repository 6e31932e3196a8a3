/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The thread that starts a runtime, or the one that stops it, is another one than the main thread, which loads it and calls
 * it: a runtime belongs to the process, not to a thread. Whoever has done its part detaches. */
//! runtimes: 1
//! needs: call churn
//! modes: start stop
//! deadline: 3s
#include "coexist.h"

static void *start(void *lib)
{
    lane("other");
    xstart(lib);
    xdetach(lib);
    return NULL;
}

static void *stop(void *lib)
{
    lane("other");
    note("stops");
    xattach(lib);
    xstop(lib);
    return NULL;
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    struct library *lib = xload(0);
    if (host_is_mode("start")) {
        xjoin(xthread(start, lib));
        xattach(lib);
    } else {
        xstart(lib);
    }
    xwork(lib);
    if (host_is_mode("stop")) {
        xdetach(lib);
        xjoin(xthread(stop, lib));
    } else {
        xstop(lib);
    }
    return host_end(0);
}
