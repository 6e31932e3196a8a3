/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* A host thread that used a library, and detached from it, ends after the library was unloaded: no destructor of the thread
 * is called where the library was. */
//! runtimes: 1
//! needs: call churn
//! deadline: 3s
#include "coexist.h"

static pthread_barrier_t used, gone;

static void *visit(void *arg)
{
    struct library *lib = arg;
    lane("visitor");
    xattach(lib);
    xwork(lib);
    xdetach(lib);
    pthread_barrier_wait(&used);
    pthread_barrier_wait(&gone);
    return NULL;
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    REQUIRE(pthread_barrier_init(&used, NULL, 2) == 0 && pthread_barrier_init(&gone, NULL, 2) == 0);
    struct library *lib = xload(0);
    xstart(lib);
    pthread_t visitor = xthread(visit, lib);
    pthread_barrier_wait(&used);
    xstop(lib);
    xunload(lib);
    step("thread ends", lib);
    pthread_barrier_wait(&gone);
    xjoin(visitor);
    done("thread ends", lib, 0);
    return host_end(0);
}
