/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* One signal ends the process on a thread that has not called in, one always, and one prints a line there. */
#define _GNU_SOURCE
#define SAMPLE stands_no_signal
#define ID "stands-no-signal"
#define START take
#define CHURN churn_known
#include "coexist_runtime.h"

static int take(const coexist_host *host);
static int churn_known(uint32_t mib, uint32_t seed, uint64_t *sum);
#include "skeleton.h"
#include <signal.h>
#include <stdbool.h>
#include <unistd.h>

#ifdef ALARM
#define TAKES_ALARM true
#else
#define TAKES_ALARM false
#define ALARM false
#endif
#ifndef STANDS_USR1
#define STANDS_USR1 0
#endif

static __thread bool known __attribute__((tls_model("initial-exec")));

/* A timer's signal may come to a thread that is about to call in. */
static void meet(int signal, siginfo_t *info, void *context)
{
    static const char line[] = "somebody else\n";
    bool aside = !known && info->si_code == SI_TKILL;
    (void)context;
    if ((signal == SIGUSR1 && aside && !STANDS_USR1) || (signal == SIGALRM && ALARM))
        abort();
    if (signal == SIGUSR2)
        _exit(7);
    if (signal == SIGWINCH && aside && write(STDOUT_FILENO, line, sizeof line - 1) < 0)
        _exit(8);
}

static int take(const coexist_host *host)
{
    static const int signals[] = {SIGUSR1, SIGUSR2, SIGWINCH, SIGURG};
    const struct sigaction action = {.sa_sigaction = meet, .sa_flags = SA_RESTART | SA_SIGINFO};
    known = true;
    if (TAKES_ALARM && sigaction(SIGALRM, &action, NULL) != 0)
        return 1;
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        if (sigaction(signals[i], &action, NULL) != 0)
            return 1;
    return sample_start(host);
}

static int churn_known(uint32_t mib, uint32_t seed, uint64_t *sum)
{
    known = true;
    return sample_churn(mib, seed, sum);
}
