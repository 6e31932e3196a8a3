/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Waits in churn until its handler has run, and needs another one for its errors. A third signal it takes and never misses. */
#define _GNU_SOURCE
#define SAMPLE needs_its_handlers
#define ID "needs-its-handlers"
#define START take
#define CHURN stop_and_churn
#define FAULT recover_fault
#define OVERFLOW recover_overflow
#include "coexist_runtime.h"

static int take(const coexist_host *host);
static int stop_and_churn(uint32_t mib, uint32_t seed, uint64_t *sum);
static inline int recover_fault(void);
static inline int recover_overflow(void);
#include "skeleton.h"
#include "recover.h"
#include <semaphore.h>

static __thread sem_t stopped;

static void note_stop(int signal)
{
    if (signal == SIGPWR)
        sem_post(&stopped);
}

static int take(const coexist_host *host)
{
    const struct sigaction action = {.sa_handler = note_stop, .sa_flags = SA_RESTART};
    if (sigaction(SIGPWR, &action, NULL) != 0 || sigaction(SIGXCPU, &action, NULL) != 0)
        return 1;
    return recover_start(host);
}

static int stop_and_churn(uint32_t mib, uint32_t seed, uint64_t *sum)
{
    raise(SIGXCPU);
    raise(SIGPWR);
    while (sem_wait(&stopped) != 0)
        ;
    return sample_churn(mib, seed, sum);
}
