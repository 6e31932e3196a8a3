/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Comes up in its first call, and takes itself for ready from the beginning of that. */
#define SAMPLE half_initialised
#define ID "half-initialised"
#define CALL call_late
#include "coexist_runtime.h"
#include <stdatomic.h>
#include <stdbool.h>
static int64_t call_late(coexist_fn fn, void *arg);
#include "skeleton.h"

static atomic_bool begun;
static _Atomic(int64_t (*)(coexist_fn, void *)) made;

static void make_ready(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
    atomic_store(&made, sample_call);
}

static int64_t call_late(coexist_fn fn, void *arg)
{
    if (!atomic_exchange(&begun, true))
        make_ready();
    return atomic_load(&made)(fn, arg);
}
