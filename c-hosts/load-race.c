/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Eight threads load one library at the same time: all get the same one, and it works. */
//! runtimes: 1
//! needs: call churn
//! deadline: 3s
#include "coexist.h"
#include <dlfcn.h>

enum { THREADS = 8 };

static pthread_barrier_t together;

static void *load(void *arg)
{
    void **handle = arg;
    pthread_barrier_wait(&together);
    *handle = dlopen(host_path(0), RTLD_NOW | RTLD_LOCAL);
    return NULL;
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    REQUIRE(pthread_barrier_init(&together, NULL, THREADS) == 0);
    void *handles[THREADS];
    pthread_t threads[THREADS];
    step("race", NULL);
    for (int i = 0; i < THREADS; i++)
        threads[i] = xthread(load, &handles[i]);
    for (int i = 0; i < THREADS; i++)
        xjoin(threads[i]);
    done("race", NULL, 0);
    struct library *lib = xload(0);
    for (int i = 0; i < THREADS; i++)
        verify(handles[i] == lib->handle, "all threads get the same library", __LINE__);
    xstart(lib);
    xwork(lib);
    xstop(lib);
    return host_end(0);
}
