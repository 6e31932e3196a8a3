/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Libraries that know nothing of each other are called by turns: each answers for itself, counts
 * for itself, and no symbol of one is bound to another. */
//! runtimes: 2
//! needs: state
//! also: c+cpp+rust
//! also: go+rust+cpp
//! also: go@1.21+go+rust
//! also: go+go+go
//! parts: callback
//! steps: load 1, load 2, bound, start 1, start 2, callback 1, callback 2, state 1, state 2, stop 2, stop 1, exit
#include "coexist.h"

enum { ROUNDS = 3, MOST = 3 };

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    int count = host_count();
    REQUIRE(count <= MOST);
    struct library *libraries[MOST];
    for (int i = 0; i < count; i++)
        libraries[i] = xload(i);
    xbound_apart();
    for (int i = 0; i < count; i++)
        xstart(libraries[i]);

    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < count; i++) {
            /* Every second round goes backwards, so that one library is called twice in a row. */
            struct library *lib = libraries[round % 2 == 0 ? i : count - 1 - i];
            xcallback(lib);
            xstate_is(lib, round + 1);
        }
    }
    /* Running may bind what loading left open. */
    xbound_apart();
    for (int i = count - 1; i >= 0; i--)
        xstop(libraries[i]);
    return host_end(0);
}
