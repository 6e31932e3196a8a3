/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Belongs to the thread that started it: no other one can stop it. */
#define SAMPLE thread_bound
#define ID "thread-bound"
#define START remember_thread
#define STOP stop_here
#include "coexist_runtime.h"
static int remember_thread(const coexist_host *host);
static int stop_here(void);
#include "skeleton.h"

static pthread_t owner;

static int remember_thread(const coexist_host *host)
{
    owner = pthread_self();
    return sample_start(host);
}

static int stop_here(void)
{
    return pthread_equal(owner, pthread_self()) ? 0 : 1;
}
