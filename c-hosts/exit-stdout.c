/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The C main returns while the runtime is up, and stdout is a file or a terminal instead of a pipe: everything that managed
 * code printed has arrived. */
//! runtimes: 1
//! modes: file terminal
//! deadline: 5s
#include "coexist.h"

enum { ROUNDS = 3 };

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    struct library *lib = xload(0);
    xstart(lib);
    for (int round = 0; round < ROUNDS; round++)
        xcallback(lib);
    return host_end(0);
}
