/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Counts in a thread-specific value. In another namespace another C library gives the same key, for the same thread. */
#define SAMPLE state_by_key
#define ID "state-by-key"
#define START make_key
#define STATE count_by_key
#include "coexist_runtime.h"
static int make_key(const coexist_host *host);
static int64_t count_by_key(void);
#include "skeleton.h"

static pthread_key_t key;

static int make_key(const coexist_host *host)
{
    return pthread_key_create(&key, NULL) != 0 || sample_start(host) != 0;
}

static int64_t count_by_key(void)
{
    int64_t count = (int64_t)(intptr_t)pthread_getspecific(key) + 1;
    pthread_setspecific(key, (void *)(intptr_t)count);
    return count;
}
