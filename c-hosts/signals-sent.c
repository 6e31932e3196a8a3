/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Measures what calls a library's handlers while it works: signals that the process sends to itself, timers, and faults of its
 * own. A function of the host's stands in front of each handler, counts and hands on. */
//! facts: is-sent is-ticked faults
//! deadline: 90s
#include "support/trial.h"
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

enum source { SELF, TIMER, FAULT, SOURCES };

static const char *const keys[SOURCES] = {"is-sent", "is-ticked", "faults"};

struct plan {
    const char *step;
    bool on_threads;
};

static struct sigaction originals[SIGNALS + 1];
static atomic_int counts[SIGNALS + 1][SOURCES];
static pid_t self;

static void count(int signal, const siginfo_t *info)
{
    bool fault = has_signal(FAULT_SIGNALS, signal);
    if (info->si_code == SI_TKILL || info->si_code == SI_USER || info->si_code == SI_QUEUE) {
        if (info->si_pid == self)
            atomic_fetch_add(&counts[signal][SELF], 1);
    } else if (fault && info->si_code > 0) {
        atomic_fetch_add(&counts[signal][FAULT], 1);
    } else if (!fault && (info->si_code == SI_TIMER || info->si_code == SI_KERNEL)) {
        atomic_fetch_add(&counts[signal][TIMER], 1);
    }
}

static void stand_in_front(int signal, siginfo_t *info, void *context)
{
    count(signal, info);
    const struct sigaction *original = &originals[signal];
    if ((original->sa_flags & SA_SIGINFO) != 0)
        original->sa_sigaction(signal, info, context);
    else
        original->sa_handler(signal);
}

static void stand_in_front_of(signals taken)
{
    for (int signal = 1; signal <= SIGNALS; signal++) {
        if (!has_signal(taken, signal))
            continue;
        xsigaction(signal, NULL, &originals[signal]);
        struct sigaction action = originals[signal];
        action.sa_sigaction = stand_in_front;
        action.sa_flags |= SA_SIGINFO;
        xsigaction(signal, &action, NULL);
    }
}

static void live(const void *arg)
{
    const struct plan *plan = arg;
    static struct handlers before;
    handlers_now(&before);
    self = getpid();
    struct library *lib = trial_load();
    trial_start(lib);
    trial_call(lib);
    trial_churn(lib, 1);
    stand_in_front_of(handlers_taken(&before));
    trial_begin();
    if (plan->on_threads)
        trial_churn_threads(lib, NULL);
    else
        trial_work(lib);
    for (int signal = 1; signal <= SIGNALS; signal++)
        for (enum source source = 0; source < SOURCES; source++)
            if (atomic_load(&counts[signal][source]) > 0)
                trial_say("%s %s in %s", keys[source], signal_name(signal), plan->step);
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    const struct plan churn = {.step = "churn", .on_threads = true};
    const struct plan work = {.step = "work"};
    const struct known *known = known_of_library();
    if (known->taken != 0 && known->churn)
        observe("is-sent in churn", live, &churn);
    if (known->taken != 0)
        observe("is-sent in work", live, &work);
    return host_end(0);
}
