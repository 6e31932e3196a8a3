/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Measures which of the signals that a library takes it cannot stand from others: sent on a thread that it does not know, or by a
 * timer in the middle of anything. */
//! facts: struck-aside struck-by
//! deadline: 90s
#include "support/trial.h"
#include <stdio.h>
#include <time.h>

enum way { ASIDE, BY_TIMER };
enum { TIMES = 5, MIB = 4, PERIOD = 1000000 /* ns */, AT_ONCE = 8, PATIENCE = 200 };

struct plan {
    enum way way;
    signals sent; /* none: the control */
};

static signals sent_aside;

static void *strike(void *arg)
{
    for (int i = 0; i < TIMES; i++) {
        for (int signal = 1; signal <= SIGNALS; signal++)
            if (has_signal(sent_aside, signal))
                raise(signal);
        const struct timespec pause = {.tv_nsec = 1000000};
        nanosleep(&pause, NULL);
    }
    return arg;
}

static void be_struck_aside(struct library *lib, signals sent)
{
    trial_start(lib);
    trial_churn(lib, 1);
    trial_begin();
    sent_aside = sent;
    xjoin(xthread(strike, NULL));
    trial_churn(lib, MIB);
    /* Some runtimes have a thread that does what a signal asks for. */
    settle(PATIENCE);
}

static void arm(int signal)
{
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = signal};
    const struct itimerspec period = {.it_interval.tv_nsec = PERIOD, .it_value.tv_nsec = PERIOD};
    timer_t timer;
    trial_need(timer_create(CLOCK_MONOTONIC, &event, &timer) == 0 &&
               timer_settime(timer, 0, &period, NULL) == 0);
}

static void be_struck_by_timers(struct library *lib)
{
    trial_start(lib);
    trial_begin();
    lib->table->callback();
    trial_call(lib);
    trial_churn(lib, MIB);
    trial_begin();
    trial_churn_threads(lib, NULL);
}

static void live(const void *arg)
{
    const struct plan *plan = arg;
    for (int signal = 1; plan->way == BY_TIMER && signal <= SIGNALS; signal++) {
        if (!has_signal(plan->sent, signal))
            continue;
        const struct sigaction ignore = {.sa_handler = SIG_IGN};
        xsigaction(signal, &ignore, NULL);
        arm(signal);
    }
    struct library *lib = trial_load();
    if (plan->way == ASIDE)
        be_struck_aside(lib, plan->sent);
    else
        be_struck_by_timers(lib);
}

static struct control control;

static const char *key_of(enum way way)
{
    return way == ASIDE ? "struck-aside" : "struck-by";
}

static bool is_struck_by_some(signals some, const void *way)
{
    const struct plan plan = {.way = *(const enum way *)way, .sent = some};
    return is_worth_asking(key_of(plan.way), live, &plan, &control);
}

static void ask_one(int signal, const void *way)
{
    const struct plan plan = {.way = *(const enum way *)way, .sent = UINT64_C(1) << (signal - 1)};
    char text[64];
    snprintf(text, sizeof text, "%s %s", key_of(plan.way), signal_name(signal));
    experiment(text, live, &plan, &control);
}

/* Not too many at once, or the process would do nothing else any more. */
static void ask(enum way way, signals taken)
{
    const struct plan nothing = {.way = way};
    control = (struct control){.body = live, .plan = &nothing};
    const struct question question = {is_struck_by_some, ask_one, &way};
    while (taken != 0) {
        signals rest = taken;
        for (int count = 0; count < AT_ONCE && rest != 0; count++)
            rest &= rest - 1;
        ask_each(taken & ~rest, &question);
        taken = rest;
    }
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    signals taken = known_of_library()->taken & ~FAULT_SIGNALS;
    ask(ASIDE, taken);
    ask(BY_TIMER, taken);
    return host_end(0);
}
