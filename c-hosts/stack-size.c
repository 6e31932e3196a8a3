/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Managed code runs on the stack that the host has: on that of a thread with 64 KiB, or where the host's own frames have taken
 * four megabytes of the main thread's. */
//! runtimes: 1
//! needs: call churn
//! modes: small deep
//! deadline: 3s
#include "coexist.h"
#include <stddef.h>

enum { SMALL = 64 * 1024, DEEP = 4 * 1024 * 1024, FRAME = 4096 };

static void *visit(void *arg)
{
    struct library *lib = arg;
    lane("visitor");
    xattach(lib);
    xwork(lib);
    xdetach(lib);
    return NULL;
}

static int descend(struct library *lib, ptrdiff_t left)
{
    volatile char frame[FRAME];
    frame[0] = 1;
    if (left > 0)
        return descend(lib, left - FRAME) + frame[0];
    xwork(lib);
    return frame[0];
}

static void go_deep(struct library *lib)
{
    step("descend", NULL);
    VERIFY(descend(lib, DEEP) == DEEP / FRAME + 1);
    done("descend", NULL, 0);
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    struct library *lib = xload(0);
    xstart(lib);
    if (host_is_mode("small"))
        xjoin(xthread_sized(visit, lib, SMALL));
    else
        go_deep(lib);
    xwork(lib);
    xstop(lib);
    return host_end(0);
}
