/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The Haskell sample's entries for an RTS without threads, which has no lock of its own: one mutex
 * admits one thread at a time, until its outermost call returns. */
#define _GNU_SOURCE
#include "shim.h"
#include <pthread.h>

static pthread_mutex_t entered = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;

void single_callback(void)
{
    pthread_mutex_lock(&entered);
    sample_callback();
    pthread_mutex_unlock(&entered);
}

#define ENTRY(type, name, parameters, ...)                                                         \
    type single_##name parameters                                                                  \
    {                                                                                              \
        pthread_mutex_lock(&entered);                                                              \
        type result = sample_##name(__VA_ARGS__);                                                  \
        pthread_mutex_unlock(&entered);                                                            \
        return result;                                                                             \
    }

ENTRY(int64_t, call, (coexist_fn fn, void *arg), fn, arg)
ENTRY(int, churn, (uint32_t mib, uint32_t seed, uint64_t *sum), mib, seed, sum)
ENTRY(int64_t, raise, (int64_t payload), payload)
ENTRY(int, overflow, (void), )
ENTRY(int64_t, spawn, (coexist_fn fn, void *arg), fn, arg)
ENTRY(int64_t, clock, (uint32_t n), n)
ENTRY(size_t, backtrace, (char *buf, size_t len), buf, len)
ENTRY(int64_t, state, (void), )
