/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Stops the calling thread by a signal before it collects, and scans its stack from where the handler has found it. */
#define _GNU_SOURCE
#define SAMPLE scans_from_here
#define ID "scans-from-here"
#define START take
#define CHURN stop_and_churn
#include "coexist_runtime.h"

static int take(const coexist_host *host);
static int stop_and_churn(uint32_t mib, uint32_t seed, uint64_t *sum);
#include "skeleton.h"
#include <signal.h>
#include <unistd.h>
#include <stdatomic.h>
#include <stdbool.h>

#ifndef SIGNAL
#define SIGNAL SIGUSR1
#endif

static _Atomic int scans;

/* Whether an address is on the stack that the thread was made with. */
static bool is_on_stack(const void *here)
{
    pthread_attr_t attributes;
    void *start = NULL;
    size_t size = 0;
    if (pthread_getattr_np(pthread_self(), &attributes) != 0)
        return false;
    pthread_attr_getstack(&attributes, &start, &size);
    pthread_attr_destroy(&attributes);
    return (uintptr_t)here - (uintptr_t)start < size;
}

static void scan(int signal)
{
    (void)signal;
    char here;
    if (!is_on_stack(&here))
        abort();
    atomic_fetch_add(&scans, 1);
}

static int take(const coexist_host *host)
{
    const struct sigaction action = {.sa_handler = scan, .sa_flags = SA_RESTART};
    return sigaction(SIGNAL, &action, NULL) != 0 ? 1 : sample_start(host);
}

static int stop_and_churn(uint32_t mib, uint32_t seed, uint64_t *sum)
{
    int before = atomic_load(&scans);
    raise(SIGNAL);
#ifdef WAITS
    while (atomic_load(&scans) == before)
        pause();
#else
    (void)before;
#endif
    return sample_churn(mib, seed, sum);
}
