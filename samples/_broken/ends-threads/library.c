/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Ends each thread but the one that started it, in the middle of its work. */
#define SAMPLE ends_threads
#define ID "ends-threads"
#define START note_thread
#define CHURN churn_on_one
#include "coexist_runtime.h"
static int note_thread(const coexist_host *host);
static int churn_on_one(uint32_t mib, uint32_t seed, uint64_t *sum);
#include "skeleton.h"
#include <pthread.h>

static pthread_t known;

static int note_thread(const coexist_host *host)
{
    known = pthread_self();
    return sample_start(host);
}

static int churn_on_one(uint32_t mib, uint32_t seed, uint64_t *sum)
{
    if (!pthread_equal(known, pthread_self()))
        pthread_exit(NULL);
    return sample_churn(mib, seed, sum);
}
