/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Has every call made by a thread of its own: in a forked child nobody makes it. */
#define SAMPLE hangs_after_fork
#define ID "hangs-after-fork"
#define START start_thread
#define CALL hand_over
#include "coexist_runtime.h"
static int start_thread(const coexist_host *host);
static int64_t hand_over(coexist_fn fn, void *arg);
#include "skeleton.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static struct sample_task *to_do;

static void *serve(void *arg)
{
    pthread_mutex_lock(&lock);
    for (;;) {
        while (to_do == NULL)
            pthread_cond_wait(&changed, &lock);
        run_task(to_do);
        to_do = NULL;
        pthread_cond_broadcast(&changed);
    }
    return arg;
}

static int start_thread(const coexist_host *host)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, serve, NULL) != 0)
        return 1;
    return sample_start(host);
}

static int64_t hand_over(coexist_fn fn, void *arg)
{
    struct sample_task task = {.fn = fn, .arg = arg};
    pthread_mutex_lock(&lock);
    to_do = &task;
    pthread_cond_broadcast(&changed);
    while (to_do != NULL)
        pthread_cond_wait(&changed, &lock);
    pthread_mutex_unlock(&lock);
    return task.result;
}
