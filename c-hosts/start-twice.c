/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* A second start of a runtime that is up changes nothing: the library works and counts on from where it was. */
//! runtimes: 1
//! needs: state
//! deadline: 3s
#include "coexist.h"

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    struct library *lib = xload(0);
    xstart(lib);
    xcallback(lib);
    xstate_is(lib, 1);
    xstart(lib);
    xcallback(lib);
    xstate_is(lib, 2);
    xstop(lib);
    return host_end(0);
}
