/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The C main returns while the runtimes are up, without stopping them: its exit status is kept and
 * everything that managed code printed has arrived. */
//! runtimes: 1..2
//! variants: alone
//! exit: 3
//! parts: callback exit-return
//! steps: load 1, start 1, load 2, start 2, callback 1, callback 2, exit
#include "coexist.h"

enum { ROUNDS = 3, MOST = 2 };

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    int count = host_count();
    REQUIRE(count <= MOST);
    struct library *libraries[MOST];
    for (int i = 0; i < count; i++) {
        libraries[i] = xload(i);
        xstart(libraries[i]);
    }
    for (int round = 0; round < ROUNDS; round++)
        for (int i = 0; i < count; i++)
            xcallback(libraries[i]);
    return host_end(3);
}
