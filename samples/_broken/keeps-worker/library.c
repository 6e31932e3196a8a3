/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Keeps the first thread that it made for all that is spawned later: a forked child has not got it. */
#define SAMPLE keeps_worker
#define ID "keeps-worker"
#define SPAWN spawn_on_worker
#include "coexist_runtime.h"
#include <stdbool.h>
static int64_t spawn_on_worker(coexist_fn fn, void *arg);
#include "skeleton.h"
#include <semaphore.h>

static sem_t given, finished;
static struct sample_task *to_do;

static void *work(void *arg)
{
    for (;;) {
        while (sem_wait(&given) != 0)
            ;
        run_task(to_do);
        sem_post(&finished);
    }
    return arg;
}

static bool start_worker(void)
{
    pthread_t worker;
    sem_init(&given, 0, 0);
    sem_init(&finished, 0, 0);
    return pthread_create(&worker, NULL, work, NULL) == 0;
}

static int64_t spawn_on_worker(coexist_fn fn, void *arg)
{
    static bool there;
    struct sample_task task = {.fn = fn, .arg = arg, .result = -1};
    if (!there && !start_worker())
        return -1;
    there = true;
    to_do = &task;
    sem_post(&given);
    while (sem_wait(&finished) != 0)
        ;
    return task.result;
}
