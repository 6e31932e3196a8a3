/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Which signals a library has taken. */
#include "support.h"
#include "trial.h"

#define BIT(signal) (UINT64_C(1) << ((signal)-1))

const signals FAULT_SIGNALS = BIT(SIGSEGV) | BIT(SIGBUS) | BIT(SIGFPE) | BIT(SIGILL);

/* For pthread_cancel, and for setuid in all threads. */
static bool is_glibcs(int signal)
{
    return signal == 32 || signal == 33;
}

void handlers_now(struct handlers *now)
{
    for (int signal = 1; signal <= SIGNALS; signal++)
        now->of[signal] = handler_of(signal);
}

signals handlers_taken(const struct handlers *before)
{
    signals taken = 0;
    for (int signal = 1; signal <= SIGNALS; signal++) {
        uintptr_t function = handler_of(signal).function;
        bool is_function = function != (uintptr_t)SIG_DFL && function != (uintptr_t)SIG_IGN;
        if (is_function && !is_glibcs(signal) && function != before->of[signal].function)
            taken |= BIT(signal);
    }
    return taken;
}

static struct known *known;

static void look(const void *plan)
{
    (void)plan;
    static struct handlers before;
    handlers_now(&before);
    const struct library *lib = trial_load();
    trial_start((struct library *)(uintptr_t)lib);
    *known = (struct known){.taken = handlers_taken(&before),
                            .fault = lib->table->fault != NULL,
                            .overflow = lib->table->overflow != NULL,
                            .churn = lib->table->churn != NULL,
                            .call = lib->table->call != NULL};
    trial_begin();
    trial_call(lib);
    trial_churn(lib, 1);
    known->taken = handlers_taken(&before);
}

const struct known *known_of_library(void)
{
    if (known != NULL)
        return known;
    known = xshared(sizeof *known);
    struct ending ending = trial(look, NULL);
    if (ending.how != ENDED_WELL)
        tell_void("a turn", ending_text(ending));
    return known;
}
