/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Calls nothing but on the thread that started it. */
#define SAMPLE refuses_threads
#define ID "refuses-threads"
#define START note_thread
#define CALL call_here
#include "coexist_runtime.h"
static int note_thread(const coexist_host *host);
static int64_t call_here(coexist_fn fn, void *arg);
#include "skeleton.h"

static pthread_t owner;

static int note_thread(const coexist_host *host)
{
    owner = pthread_self();
    return sample_start(host);
}

static int64_t call_here(coexist_fn fn, void *arg)
{
    return pthread_equal(owner, pthread_self()) ? fn(arg) : -1;
}
