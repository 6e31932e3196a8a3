/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Steps in the child of a trial: a wrong result ends the child, and is no failure of the cell. */
#include "trial.h"

/* As much as hosts do: xwork of 1 MiB, and churn on threads of 4 MiB. */
enum { SEED = 7, ANSWER = 23, THREADS = 2, ROUNDS = 2, MIB = 4, WORK_MIB = 1 };

static int64_t answer(void *arg)
{
    (void)arg;
    return ANSWER;
}

void trial_call(const struct library *lib)
{
    if (lib->table->call != NULL)
        trial_need(lib->table->call(answer, NULL) == ANSWER);
}

static void churn(const struct library *lib, uint32_t mib, uint32_t seed)
{
    uint64_t sum = 0;
    trial_need(lib->table->churn(mib, seed, &sum) == 0 && sum == churn_sum(mib, seed));
}

void trial_churn(const struct library *lib, uint32_t mib)
{
    if (lib->table->churn != NULL)
        churn(lib, mib, SEED);
}

void trial_work(const struct library *lib)
{
    trial_call(lib);
    trial_churn(lib, WORK_MIB);
}

struct worker {
    const struct library *lib;
    void (*on_thread)(void);
    uint32_t seed;
    pthread_t thread;
};

static pthread_barrier_t together;

static void *work(void *arg)
{
    const struct worker *worker = arg;
    const struct library *lib = worker->lib;
    if (worker->on_thread != NULL)
        worker->on_thread();
    if (lib->table->attach != NULL)
        trial_need(lib->table->attach() == 0);
    pthread_barrier_wait(&together);
    for (uint32_t round = 0; round < ROUNDS; round++) {
        trial_begin();
        churn(lib, MIB, worker->seed + round);
    }
    if (lib->table->detach != NULL)
        trial_need(lib->table->detach() == 0);
    return NULL;
}

void trial_churn_threads(const struct library *lib, void (*on_thread)(void))
{
    if (lib->table->churn == NULL)
        return;
    struct worker workers[THREADS];
    trial_need(pthread_barrier_init(&together, NULL, THREADS) == 0);
    for (uint32_t i = 0; i < THREADS; i++) {
        workers[i] = (struct worker){.lib = lib, .on_thread = on_thread, .seed = 100000u * (i + 1)};
        workers[i].thread = xthread(work, &workers[i]);
    }
    for (uint32_t i = 0; i < THREADS; i++)
        xjoin(workers[i].thread);
}
