/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* One thread of the host attaches, works, detaches, and does so twice more: the second and the third time are as the first. */
//! runtimes: 1
//! needs: call churn
//! deadline: 3s
#include "coexist.h"

enum { TIMES = 3 };

static void *visit(void *arg)
{
    struct library *lib = arg;
    lane("visitor");
    for (int i = 0; i < TIMES; i++) {
        xattach(lib);
        xwork(lib);
        xdetach(lib);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    struct library *lib = xload(0);
    xstart(lib);
    xjoin(xthread(visit, lib));
    xwork(lib);
    xstop(lib);
    return host_end(0);
}
