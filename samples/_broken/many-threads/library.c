/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Leaves more threads than its scenario allows, all of which wait. */
#define SAMPLE many_threads
#define ID "many-threads"
#define START change_it
#include "coexist_runtime.h"
static int change_it(const coexist_host *host);
#include "skeleton.h"
#include <unistd.h>

enum { THREADS = 300, STACK = 64 * 1024 };

static void *wait_for_ever(void *arg)
{
    for (;;)
        pause();
    return arg;
}

static int change_it(const coexist_host *host)
{
    pthread_attr_t small;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, STACK);
    pthread_t thread;
    for (int i = 0; i < THREADS; i++)
        pthread_create(&thread, &small, wait_for_ever, NULL);
    return sample_start(host);
}
