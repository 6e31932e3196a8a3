/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* After dlclose, with a stop before it or without, the process goes on: threads come and go, the heap is in order, and 50 ms
 * later main returns. */
//! runtimes: 1
//! needs: state
//! modes: stop without-stop
//! deadline: 3s
#include "coexist.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROUNDS = 5, MILLISECONDS = 10, SIZE = 100000 };

static void *live(void *arg)
{
    void *memory = malloc(SIZE);
    REQUIRE(memory != NULL);
    memset(memory, 1, SIZE);
    free(memory);
    return arg;
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    struct library *lib = xgone();

    step("unload", lib);
    for (int round = 0; round < ROUNDS; round++) {
        xjoin(xthread(live, NULL));
        nanosleep(&(struct timespec){.tv_nsec = MILLISECONDS * 1000000}, NULL);
    }
    done("unload", lib, 0);
    return host_end(0);
}
