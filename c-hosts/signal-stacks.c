/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Measures whether a library takes the stack pointer of a thread that it has stopped for the end of that thread's stack: its
 * handlers run on signal stacks, as another runtime may have it. */
//! facts: scans-by-sp
//! deadline: 60s
#include "support/trial.h"
#include <sys/mman.h>

enum { STACK = 64 * 1024, ROUNDS = 8 };

static void add_stack(void)
{
    void *memory = mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    const stack_t stack = {.ss_sp = memory, .ss_size = STACK};
    trial_need(memory != MAP_FAILED && sigaltstack(&stack, NULL) == 0);
}

static void add_flag(signals to)
{
    for (int signal = 1; signal <= SIGNALS; signal++) {
        if (!has_signal(to, signal))
            continue;
        struct sigaction action;
        xsigaction(signal, NULL, &action);
        action.sa_flags |= SA_ONSTACK;
        xsigaction(signal, &action, NULL);
    }
}

static void live(const void *plan)
{
    const signals *to = plan;
    struct library *lib = trial_load();
    trial_start(lib);
    trial_call(lib);
    trial_churn(lib, 1);
    add_flag(*to);
    /* Few collections meet a thread at work. */
    for (int round = 0; round < ROUNDS; round++) {
        trial_begin();
        trial_churn_threads(lib, add_stack);
    }
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    const struct known *known = known_of_library();
    const signals none = 0;
    const signals taken = known->taken & ~FAULT_SIGNALS;
    struct control control = {.body = live, .plan = &none};
    if (taken != 0 && known->churn)
        experiment("scans-by-sp", live, &taken, &control);
    return host_end(0);
}
