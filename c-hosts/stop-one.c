/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* One of two runtimes is stopped, the one that came first or the one that came last: the other one works on. */
//! runtimes: 2
//! needs: call churn state
//! needs-first: stop
//! variants: alone
//! modes: first last
//! deadline: 3s
//! parts: callback footprint
//! steps: load 1, start 1, load 2, start 2, call 1, churn 1, state 1, call 2, churn 2, state 2, stop 1, call 2, churn 2, state 2, stop 2, exit
//! steps: last: load 2, start 2, load 1, start 1, call 1, churn 1, state 1, call 2, churn 2, state 2, stop 1, call 2, churn 2, state 2, stop 2, exit
#include "coexist.h"

static void work(struct library *lib, int64_t count)
{
    xwork(lib);
    xstate_is(lib, count);
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    struct library *libraries[2];
    for (int turn = 0; turn < 2; turn++) {
        int index = host_is_mode("first") ? turn : 1 - turn;
        libraries[index] = xload(index);
        xstart(libraries[index]);
    }
    work(libraries[0], 1);
    work(libraries[1], 1);
    xstop(libraries[0]);
    work(libraries[1], 2);
    xstop(libraries[1]);
    return host_end(0);
}
