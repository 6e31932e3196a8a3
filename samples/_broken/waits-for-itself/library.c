/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Waits at exit until none of its threads runs, also where one of them has called exit. */
#define SAMPLE waits_for_itself
#define ID "waits-for-itself"
#define SPAWN spawn_counted
#include "coexist_runtime.h"
#include <stdatomic.h>
static int64_t spawn_counted(coexist_fn fn, void *arg);
#include "skeleton.h"

static atomic_int running;

static int64_t spawn_counted(coexist_fn fn, void *arg)
{
    atomic_fetch_add(&running, 1);
    int64_t result = sample_spawn(fn, arg);
    atomic_fetch_sub(&running, 1);
    return result;
}

__attribute__((destructor)) static void wait_for_threads(void)
{
    while (atomic_load(&running) > 0)
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
}
