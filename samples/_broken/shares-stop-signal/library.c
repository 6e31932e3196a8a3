/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Stops the calling thread by a signal before it collects, and waits until its handler has run: a second copy's runs instead. */
#define _GNU_SOURCE
#define SAMPLE shares_stop_signal
#define ID "shares-stop-signal"
#define START take_signal
#define CHURN stop_and_churn
#include "coexist_runtime.h"
static int take_signal(const coexist_host *host);
static int stop_and_churn(uint32_t mib, uint32_t seed, uint64_t *sum);
#include "skeleton.h"
#include <semaphore.h>
#include <signal.h>

#ifndef FLAGS
#define FLAGS (SA_RESTART | SA_ONSTACK)
#endif

static sem_t stopped;

static void note_stop(int signal)
{
    (void)signal;
    sem_post(&stopped);
}

static int take_signal(const coexist_host *host)
{
    struct sigaction action = {.sa_handler = note_stop, .sa_flags = FLAGS};
    if (sem_init(&stopped, 0, 0) != 0 || sigaction(SIGPWR, &action, NULL) != 0)
        return 1;
    return sample_start(host);
}

static int stop_and_churn(uint32_t mib, uint32_t seed, uint64_t *sum)
{
    raise(SIGPWR);
    while (sem_wait(&stopped) != 0)
        ;
    return sample_churn(mib, seed, sum);
}
