/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Reads a page that it has protected, and sends itself a signal in churn; a timer runs all the time. */
#define _GNU_SOURCE
#define SAMPLE sends_to_itself
#define ID "sends-to-itself"
#define START take
#define CHURN fault_and_churn
#include "coexist_runtime.h"

static int take(const coexist_host *host);
static int fault_and_churn(uint32_t mib, uint32_t seed, uint64_t *sum);
#include "skeleton.h"
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/time.h>

enum { PAGE = 4096 };

static atomic_int ticks;

static void note(int signal)
{
    if (signal == SIGALRM)
        atomic_fetch_add(&ticks, 1);
}

/* A safepoint, as it were. */
static void unprotect(int signal, siginfo_t *info, void *context)
{
    (void)context;
    uintptr_t page = (uintptr_t)info->si_addr & ~((uintptr_t)PAGE - 1);
    if (mprotect((void *)page, PAGE, PROT_READ) != 0)
        raise(signal);
}

static int take(const coexist_host *host)
{
    const struct sigaction plain = {.sa_handler = note, .sa_flags = SA_RESTART};
    const struct sigaction fault = {.sa_sigaction = unprotect, .sa_flags = SA_SIGINFO};
    const struct itimerval often = {.it_interval.tv_usec = 1000, .it_value.tv_usec = 1000};
    if (sigaction(SIGPWR, &plain, NULL) != 0 || sigaction(SIGALRM, &plain, NULL) != 0 ||
        sigaction(SIGSEGV, &fault, NULL) != 0 || setitimer(ITIMER_REAL, &often, NULL) != 0)
        return 1;
    return sample_start(host);
}

static int fault_and_churn(uint32_t mib, uint32_t seed, uint64_t *sum)
{
    int before = atomic_load(&ticks);
    char *page = mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED)
        return 1;
    int error = *(volatile char *)page;
    munmap(page, PAGE);
    raise(SIGPWR);
    while (atomic_load(&ticks) == before)
        ;
    return error != 0 ? error : sample_churn(mib, seed, sum);
}
