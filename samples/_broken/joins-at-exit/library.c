/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Waits at exit for its thread, which only stop would end. */
#define SAMPLE joins_at_exit
#define ID "joins-at-exit"
#define START start_thread
#define STOP end_thread
#include "coexist_runtime.h"
static int start_thread(const coexist_host *host);
static int end_thread(void);
#include "skeleton.h"
#include <semaphore.h>

static sem_t stopped;
static pthread_t thread;

static void *wait_for_stop(void *arg)
{
    while (sem_wait(&stopped) != 0)
        ;
    return arg;
}

static int start_thread(const coexist_host *host)
{
    if (sem_init(&stopped, 0, 0) != 0 || pthread_create(&thread, NULL, wait_for_stop, NULL) != 0)
        return 1;
    return sample_start(host);
}

static int end_thread(void)
{
    return sem_post(&stopped);
}

__attribute__((destructor)) static void join_thread(void)
{
    if (thread != 0)
        pthread_join(thread, NULL);
}
