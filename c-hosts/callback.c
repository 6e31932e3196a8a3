/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* A library comes up in a C program, managed code prints and reports once a call, the library
 * shuts down, and main returns. */
//! runtimes: 1
#include "coexist.h"

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    struct library *lib = xload(0);
    xstart(lib);
    xcallback(lib);
    xstop(lib);
    return host_end(0);
}
