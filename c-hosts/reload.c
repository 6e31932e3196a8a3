/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* A library that was stopped and unloaded is loaded again, starts, and works as it did before. */
//! runtimes: 1
//! needs: call churn state
//! deadline: 3s
#include "coexist.h"

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    for (int turn = 0; turn < 2; turn++) {
        struct library *lib = xload(0);
        xstart(lib);
        xwork(lib);
        xcounts_on(lib);
        xstop(lib);
        xunload(lib);
    }
    return host_end(0);
}
