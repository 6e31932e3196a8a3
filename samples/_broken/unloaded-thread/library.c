/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Has a thread that goes on where the library was, once it is unloaded. */
#define SAMPLE unloaded_thread
#define ID "unloaded-thread"
#define START begin
#include "coexist_runtime.h"
static int begin(const coexist_host *host);
#include "skeleton.h"
#include <sched.h>

static void *wake_often(void *arg)
{
    for (;;)
#ifdef BUSY
        sched_yield();
#else
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
#endif
    return arg;
}

static int begin(const coexist_host *host)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, wake_often, NULL) != 0)
        return 1;
    return sample_start(host);
}
