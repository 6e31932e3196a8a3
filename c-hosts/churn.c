/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Heaps allocate and collect at the same time, each from two host threads: what lives keeps its
 * value, and no heap reaches into another one's memory. */
//! runtimes: 1..2
//! needs: churn
//! deadline: 30s
//! parts: callback churn
//! steps: load 1, start 1, load 2, start 2, churn 1, churn 2, attach 1 on threads, attach 2 on threads, churn 1 on threads, churn 2 on threads, detach 1 on threads, detach 2 on threads, stop 2, stop 1, exit
#include "coexist.h"
#include <stdatomic.h>

enum { MIB = 4, ROUNDS = 2, THREADS = 2, MOST = 2 };

struct worker {
    struct library *lib;
    const char *lane;
    uint32_t seed;
    pthread_t thread;
};

static pthread_barrier_t together;
static atomic_int ended;

static void *work(void *arg)
{
    const struct worker *worker = arg;
    lane(worker->lane);
    xattach(worker->lib);
    pthread_barrier_wait(&together);
    for (uint32_t round = 0; round < ROUNDS; round++)
        xchurn(worker->lib, MIB, worker->seed + round);
    xdetach(worker->lib);
    atomic_fetch_add(&ended, 1);
    return NULL;
}

int main(int argc, char **argv)
{
    static const char *const lanes[MOST][THREADS] = {{"a1", "a2"}, {"b1", "b2"}};
    host_begin(argc, argv);
    int count = host_count();
    REQUIRE(count <= MOST);
    struct library *libraries[MOST];
    for (int i = 0; i < count; i++) {
        libraries[i] = xload(i);
        xstart(libraries[i]);
    }

    mark("before");
    for (int i = 0; i < count; i++)
        xchurn(libraries[i], MIB, 1000u * (uint32_t)(i + 1));
    mark("apart");

    struct worker workers[MOST * THREADS];
    REQUIRE(pthread_barrier_init(&together, NULL, (unsigned)(count * THREADS)) == 0);
    for (int i = 0; i < count * THREADS; i++) {
        struct worker *worker = &workers[i];
        *worker = (struct worker){.lib = libraries[i / THREADS],
                                  .lane = lanes[i / THREADS][i % THREADS],
                                  .seed = 100000u * (uint32_t)(i + 1)};
        worker->thread = xthread(work, worker);
    }
    for (int i = 0; i < count * THREADS; i++)
        xjoin(workers[i].thread);
    verify_is(atomic_load(&ended), count * THREADS, "all threads come to their end", __LINE__);
    mark("after");

    for (int i = count - 1; i >= 0; i--)
        xstop(libraries[i]);
    return host_end(0);
}
