/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Measures which of its signal handlers a library needs in which step: the host puts an empty function in the place of one, or
 * for faults the default, and the step hangs or ends the process. */
//! facts: needs
//! deadline: 90s
#include "support/trial.h"
#include <stdio.h>

enum step { CHURN, FAULT, OVERFLOW, WORK, STEPS };

static const char *const names[STEPS] = {"churn", "fault", "overflow", "work"};

struct plan {
    enum step step;
    signals aside; /* none: the control */
};

static void empty(int signal)
{
    (void)signal;
}

static void put_aside(signals aside)
{
    for (int signal = 1; signal <= SIGNALS; signal++) {
        if (!has_signal(aside, signal))
            continue;
        struct sigaction action;
        xsigaction(signal, NULL, &action);
        action.sa_handler = has_signal(FAULT_SIGNALS, signal) ? SIG_DFL : empty;
        action.sa_flags = (action.sa_flags & ~SA_SIGINFO) | SA_ONSTACK;
        xsigaction(signal, &action, NULL);
    }
}

static void turn(const struct library *lib, enum step step)
{
    switch (step) {
    case FAULT:
        trial_need(lib->table->fault() == 0);
        break;
    case OVERFLOW:
        trial_need(lib->table->overflow() == 0);
        break;
    case CHURN:
    case WORK:
    case STEPS:
        trial_call(lib);
        trial_churn(lib, 1);
    }
}

static void live(const void *arg)
{
    const struct plan *plan = arg;
    struct library *lib = trial_load();
    trial_start(lib);
    turn(lib, plan->step);
    put_aside(plan->aside);
    trial_begin();
    if (plan->step == CHURN)
        trial_churn_threads(lib, NULL);
    else if (plan->step == WORK)
        trial_work(lib);
    else
        turn(lib, plan->step);
}

static struct control control;
static signals needed;

static bool is_some_needed(signals some, const void *step)
{
    const struct plan plan = {.step = *(const enum step *)step, .aside = some};
    char text[64];
    snprintf(text, sizeof text, "needs in %s", names[plan.step]);
    return is_worth_asking(text, live, &plan, &control);
}

static void ask_one(int signal, const void *step)
{
    const struct plan plan = {.step = *(const enum step *)step,
                              .aside = UINT64_C(1) << (signal - 1)};
    char text[64];
    snprintf(text, sizeof text, "needs %s in %s", signal_name(signal), names[plan.step]);
    if (experiment(text, live, &plan, &control) > 0)
        needed |= plan.aside;
}

/* The signals that it needs. */
static signals ask(enum step step, signals taken)
{
    const struct plan nothing = {.step = step};
    control = (struct control){.body = live, .plan = &nothing};
    needed = 0;
    ask_each(taken, &(struct question){is_some_needed, ask_one, &step});
    return needed;
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    const struct known *known = known_of_library();
    /* What two threads can do without, one can. */
    if (known->churn)
        ask(WORK, ask(CHURN, known->taken));
    if (known->fault)
        ask(FAULT, known->taken);
    if (known->overflow)
        ask(OVERFLOW, known->taken);
    return host_end(0);
}
