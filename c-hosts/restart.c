/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* A runtime that was stopped starts again, and works as it did before: it prints, it counts on, its heap keeps what lives. */
//! runtimes: 1
//! needs: stop call churn state
//! deadline: 3s
#include "coexist.h"

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    struct library *lib = xload(0);
    xstart(lib);
    xcallback(lib);
    xwork(lib);
    xcounts_on(lib);
    xstop(lib);
    xstart(lib);
    xcallback(lib);
    xwork(lib);
    xcounts_on(lib);
    xstop(lib);
    return host_end(0);
}
