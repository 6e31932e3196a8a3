/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The host ends the process by quick_exit or _exit, which run no handlers of exit: the exit status is kept and everything
 * that managed code printed has arrived, as the host writes out C's own buffer before. */
//! runtimes: 1
//! modes: quick now
//! exit: 3
//! deadline: 3s
#include "coexist.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { ROUNDS = 3 };

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    struct library *lib = xload(0);
    xstart(lib);
    for (int round = 0; round < ROUNDS; round++)
        xcallback(lib);
    fflush(stdout);
    if (host_is_mode("now"))
        _exit(host_end(3));
    quick_exit(host_end(3));
}
