/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* A library is loaded, started, stopped and unloaded twenty times: from the fifth time on the process has no more threads,
 * descriptors and maps than then. */
//! runtimes: 1
//! needs: state
//! deadline: 10s
#include "coexist.h"

enum { TIMES = 20, SETTLED = 5, SLACK = 10 /* maps that the C library's own heaps may add */ };

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    int threads = 0, descriptors = 0, maps = 0;
    for (int turn = 1; turn <= TIMES; turn++) {
        struct library *lib = xload(0);
        xstart(lib);
        xcounts_on(lib);
        xstop(lib);
        xunload(lib);
        if (turn == SETTLED) {
            threads = threads_now();
            descriptors = descriptors_now();
            maps = maps_now();
        }
    }
    step("compare", NULL);
    int more = threads_now() - threads;
    verify(more <= 0, "no thread is left by each turn", __LINE__);
    if (more > 0)
        detail("%d more after %d turns; ", more, TIMES - SETTLED);
    more = descriptors_now() - descriptors;
    verify(more <= 0, "no descriptor is left by each turn", __LINE__);
    if (more > 0)
        detail("%d more after %d turns; ", more, TIMES - SETTLED);
    more = maps_now() - maps;
    verify(more <= SLACK, "no map is left by each turn", __LINE__);
    if (more > SLACK)
        detail("%d more after %d turns; ", more, TIMES - SETTLED);
    done("compare", NULL, 0);
    return host_end(0);
}
