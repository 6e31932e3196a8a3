/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The first calls of a runtime that has just come up are made by eight threads of the host at the same time. */
//! runtimes: 1
//! needs: call
//! deadline: 3s
#include "coexist.h"

enum { THREADS = 8 };

struct caller {
    const char *lane;
    struct library *lib;
    int64_t number;
};

static pthread_barrier_t together;

static int64_t answer(void *arg)
{
    return ((const struct caller *)arg)->number;
}

static void *call_first(void *arg)
{
    struct caller *caller = arg;
    lane(caller->lane);
    pthread_barrier_wait(&together);
    xattach(caller->lib);
    verify_is(xcall(caller->lib, answer, caller), caller->number,
              "call returns what the host's function does", __LINE__);
    xdetach(caller->lib);
    return NULL;
}

int main(int argc, char **argv)
{
    static const char *const lanes[THREADS] = {"1st", "2nd", "3rd", "4th",
                                               "5th", "6th", "7th", "8th"};
    host_begin(argc, argv);
    REQUIRE(pthread_barrier_init(&together, NULL, THREADS) == 0);
    struct library *lib = xload(0);
    xstart(lib);
    struct caller callers[THREADS];
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        callers[i] = (struct caller){.lane = lanes[i], .lib = lib, .number = i};
        threads[i] = xthread(call_first, &callers[i]);
    }
    for (int i = 0; i < THREADS; i++)
        xjoin(threads[i]);
    xcallback(lib);
    xstop(lib);
    return host_end(0);
}
