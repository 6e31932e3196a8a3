/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Two libraries that are loaded for all to see bind no symbol to each other, and each counts for itself. */
//! runtimes: 2
//! needs: state
//! variants: alone
//! parts: callback load-flags[global]
//! steps: load 1, load 2, bound, start 1, start 2, callback 1, callback 2, state 1, state 2, stop 2, stop 1, exit
#include "coexist.h"
#include <dlfcn.h>

enum { ROUNDS = 2, BOTH = 2 };

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    struct library *libraries[BOTH];
    for (int i = 0; i < BOTH; i++)
        libraries[i] = xload_flags(i, RTLD_NOW | RTLD_GLOBAL);
    xbound_apart();
    for (int i = 0; i < BOTH; i++)
        xstart(libraries[i]);
    for (int round = 1; round <= ROUNDS; round++) {
        for (int i = 0; i < BOTH; i++) {
            xcallback(libraries[i]);
            xstate_is(libraries[i], round);
        }
    }
    for (int i = BOTH - 1; i >= 0; i--)
        xstop(libraries[i]);
    return host_end(0);
}
