/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Holds a lock during a call, and does not think of a thread that ends there. */
#define SAMPLE lock_left
#define ID "lock-left"
#define CALL call_locked
#define CALLBACK call_back_locked
#include "coexist_runtime.h"
static int64_t call_locked(coexist_fn fn, void *arg);
static void call_back_locked(void);
#include "skeleton.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static int64_t call_locked(coexist_fn fn, void *arg)
{
    pthread_mutex_lock(&lock);
    int64_t result = fn(arg);
    pthread_mutex_unlock(&lock);
    return result;
}

static void call_back_locked(void)
{
    pthread_mutex_lock(&lock);
    sample_callback();
    pthread_mutex_unlock(&lock);
}
