/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Null dereferences and stack overflows by turns: each becomes its own error, and neither spoils the other. */
//! runtimes: 1
//! needs: fault overflow
//! deadline: 5s
#include "coexist.h"

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    struct library *lib = xload(0);
    xstart(lib);
    for (int round = 0; round < 2; round++) {
        xfault(lib);
        xoverflow(lib);
    }
    xcallback(lib);
    xstop(lib);
    return host_end(0);
}
