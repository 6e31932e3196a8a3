/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Lets a thread that it makes when it starts divide by zero for it. */
#define SAMPLE divides_aside
#define ID "divides-aside"
#define START start_thread
#define CHURN divide_and_churn
#include "coexist_runtime.h"

static int start_thread(const coexist_host *host);
static int divide_and_churn(uint32_t mib, uint32_t seed, uint64_t *sum);
#include "skeleton.h"
#include <semaphore.h>

static sem_t asked, answered;

static void *divide(void *arg)
{
    static volatile double zero;
    for (;;) {
        while (sem_wait(&asked) != 0)
            ;
        volatile double infinite = 1.0 / zero;
        (void)infinite;
        sem_post(&answered);
    }
    return arg;
}

static int start_thread(const coexist_host *host)
{
    pthread_t thread;
    sem_init(&asked, 0, 0);
    sem_init(&answered, 0, 0);
    return pthread_create(&thread, NULL, divide, NULL) != 0 ? 1 : sample_start(host);
}

static int divide_and_churn(uint32_t mib, uint32_t seed, uint64_t *sum)
{
    sem_post(&asked);
    while (sem_wait(&answered) != 0)
        ;
    return sample_churn(mib, seed, sum);
}
