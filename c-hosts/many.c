/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Many different runtimes, twenty-nine in the largest cell, are up in one process, and each one's managed code prints a
 * line, first in the order of loading, then backwards, each counting for itself. */
//! runtimes: listed
//! needs: state
//! deadline: 60s
//! also: c+cpp+rust
//! also: c+cpp+rust+go
//! also: c+cpp+rust+go+ocaml+haskell+d-ldc+ada+pascal+nim+fortran+objc+glib+ecl@no-traps+guile+boehm+gomp+lua+luajit+python+ruby+tcl+swipl+mono+php+duktape+mujs+jim+jvm
//! parts: callback
//! steps: load 1, start 1, load 2, start 2, callback 1, callback 2, state 1, state 2, stop 2, stop 1, exit
#include "coexist.h"

enum { ROUNDS = 2, MOST = 32 };

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
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < count; i++) {
            struct library *lib = libraries[round == 0 ? i : count - 1 - i];
            xcallback(lib);
            xstate_is(lib, round + 1);
        }
    }
    for (int i = count - 1; i >= 0; i--)
        xstop(libraries[i]);
    return host_end(0);
}
