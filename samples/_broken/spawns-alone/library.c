/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Holds while its own thread runs what every call takes. */
#define SAMPLE spawns_alone
#define ID "spawns-alone"
#define CALL call_locked
#define SPAWN spawn_locked
#include "coexist_runtime.h"
static int64_t call_locked(coexist_fn fn, void *arg);
static int64_t spawn_locked(coexist_fn fn, void *arg);
#include "skeleton.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static int64_t call_locked(coexist_fn fn, void *arg)
{
    pthread_mutex_lock(&lock);
    pthread_mutex_unlock(&lock);
    return fn(arg);
}

static int64_t spawn_locked(coexist_fn fn, void *arg)
{
    pthread_mutex_lock(&lock);
    int64_t result = sample_spawn(fn, arg);
    pthread_mutex_unlock(&lock);
    return result;
}
