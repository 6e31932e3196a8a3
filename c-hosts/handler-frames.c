/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Measures whether a library unwinds through the frames of signal handlers: its own handler throws out through a frame of the
 * host's that has no unwind tables, or one that blocks signals as the library's own does not; or it hands a fault on and the host's
 * handler cannot walk the stack. */
//! facts: throws-out needs-nodefer no-unwind-info
//! deadline: 60s
#define _GNU_SOURCE
#include "support/trial.h"
#include <dlfcn.h>
#include <stdio.h>
#include <unistd.h>
#include <unwind.h>

enum step { FAULT, OVERFLOW };

struct plan {
    enum step step;
    void (*front)(int, siginfo_t *, void *);
    bool blocks; /* all signals, while a handler runs */
};

/* The library's handler. */
static void (*behind)(int, siginfo_t *, void *) __attribute__((used));

static void with_tables(int signal, siginfo_t *info, void *context)
{
    behind(signal, info, context);
    __asm__ volatile(""); /* or the call would be the last thing, and leave no frame */
}

/* The same without .cfi_startproc. */
void without_tables(int signal, siginfo_t *info, void *context);
__asm__(".text\n"
        ".type without_tables, @function\n"
        "without_tables:\n\t"
        "subq $200, %rsp\n\t"
        "call *behind(%rip)\n\t"
        "addq $200, %rsp\n\t"
        "ret\n"
        ".size without_tables, . - without_tables\n");

static void stand_in_front(const struct plan *plan)
{
    static const int faults[] = {SIGSEGV, SIGBUS};
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        struct sigaction action;
        xsigaction(faults[i], NULL, &action);
        if (action.sa_handler == SIG_DFL || action.sa_handler == SIG_IGN)
            continue;
        behind = action.sa_sigaction;
        action.sa_sigaction = plan->front;
        action.sa_flags |= SA_SIGINFO | SA_ONSTACK;
        if (plan->blocks) {
            action.sa_flags &= ~SA_NODEFER;
            sigfillset(&action.sa_mask);
        }
        xsigaction(faults[i], &action, NULL);
    }
}

static void make_fail(const struct library *lib, enum step step)
{
    trial_need((step == FAULT ? lib->table->fault() : lib->table->overflow()) == 0);
}

static void live(const void *arg)
{
    const struct plan *plan = arg;
    struct library *lib = trial_load();
    trial_start(lib);
    make_fail(lib, plan->step);
    stand_in_front(plan);
    trial_begin();
    make_fail(lib, plan->step);
    make_fail(lib, plan->step);
}

static void ask(const char *name, enum step step)
{
    const struct plan plain = {.step = step, .front = with_tables};
    const struct plan bare = {.step = step, .front = without_tables};
    const struct plan strict = {.step = step, .front = with_tables, .blocks = true};
    struct control control = {.body = live, .plan = &plain};
    char text[64];
    snprintf(text, sizeof text, "throws-out in %s", name);
    experiment(text, live, &bare, &control);
    snprintf(text, sizeof text, "needs-nodefer in %s", name);
    experiment(text, live, &strict, &control);
}

static _Unwind_Reason_Code (*backtrace)(_Unwind_Trace_Fn, void *);
static _Unwind_Ptr (*start_of)(struct _Unwind_Context *);
static int *volatile nothing;

static __attribute__((noinline, noclone)) void crash(void)
{
    *(volatile int *)nothing = 1;
    __asm__ volatile("");
}

static _Unwind_Reason_Code look(struct _Unwind_Context *context, void *arg)
{
    enum { MOST = 200 };
    int *frames = arg;
    if (start_of(context) == (_Unwind_Ptr)crash)
        *frames = -MOST;
    return ++*frames<MOST && * frames> 0 ? _URC_NO_REASON : _URC_END_OF_STACK;
}

static void walk(int signal, siginfo_t *info, void *context)
{
    (void)signal;
    (void)info;
    (void)context;
    int frames = 0;
    backtrace(look, &frames);
    if (frames > 0)
        trial_say("no-unwind-info");
    _exit(0);
}

static void live_and_crash(const void *plan)
{
    (void)plan;
    const struct sigaction action = {.sa_sigaction = walk, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    xsigaction(SIGSEGV, &action, NULL);
    struct library *lib = trial_load();
    trial_start(lib);
    trial_call(lib);
    void *unwinder = dlopen("libgcc_s.so.1", RTLD_NOW | RTLD_LOCAL);
    trial_need(unwinder != NULL);
    *(void **)&backtrace = dlsym(unwinder, "_Unwind_Backtrace");
    *(void **)&start_of = dlsym(unwinder, "_Unwind_GetRegionStart");
    trial_need(backtrace != NULL && start_of != NULL);
    trial_begin();
    crash();
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    const struct known *known = known_of_library();
    if (known->fault && (known->taken & FAULT_SIGNALS) != 0)
        ask("fault", FAULT);
    if (known->overflow && (known->taken & FAULT_SIGNALS) != 0)
        ask("overflow", OVERFLOW);
    /* It ends well where the fault is handed on. */
    if (has_signal(known->taken, SIGSEGV) && trial(live_and_crash, NULL).how == ENDED_WELL)
        observe("no-unwind-info", live_and_crash, NULL);
    return host_end(0);
}
