/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Locks its heap for the time of a fork, and unlocks it in the parent only. */
#define SAMPLE locks_at_fork
#define ID "locks-at-fork"
#define START watch_forks
#define CHURN churn_locked
#include "coexist_runtime.h"
static int watch_forks(const coexist_host *host);
static int churn_locked(uint32_t mib, uint32_t seed, uint64_t *sum);
#include "skeleton.h"

static pthread_mutex_t heap = PTHREAD_MUTEX_INITIALIZER;

static void lock_heap(void)
{
    pthread_mutex_lock(&heap);
}

static void unlock_heap(void)
{
    pthread_mutex_unlock(&heap);
}

static int watch_forks(const coexist_host *host)
{
    return pthread_atfork(lock_heap, unlock_heap, NULL) != 0 || sample_start(host) != 0;
}

static int churn_locked(uint32_t mib, uint32_t seed, uint64_t *sum)
{
    lock_heap();
    int error = sample_churn(mib, seed, sum);
    unlock_heap();
    return error;
}
