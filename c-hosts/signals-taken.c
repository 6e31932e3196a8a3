/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Measures what a library does to the signals of its process: which it takes or ignores, whose the handlers are, which timers it
 * arms, what becomes of the host's own handlers, and what is left of all that after its stop. */
//! facts: takes ignores ticks adds-onstack default-at-stop overwrites-at-stop leaves-handler
//! deadline: 60s
#define _GNU_SOURCE
#include "support/trial.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

/* As they are printed, in the order of the alphabet. */
static const struct {
    unsigned long flag;
    const char *name;
} flags[] = {{SA_NOCLDSTOP, " SA_NOCLDSTOP"}, {SA_NOCLDWAIT, " SA_NOCLDWAIT"},
             {SA_NODEFER, " SA_NODEFER"},     {SA_ONSTACK, " SA_ONSTACK"},
             {SA_RESETHAND, " SA_RESETHAND"}, {SA_RESTART, " SA_RESTART"},
             {SA_SIGINFO, " SA_SIGINFO"}};

static struct handlers before;

static void say_taken(const struct library *lib, int signal)
{
    struct handler handler = handler_of(signal);
    const char *owner = owner_of(handler.function);
    char text[128] = "";
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if ((handler.flags & flags[i].flag) != 0)
            strcat(text, flags[i].name);
    trial_say("takes %s by %s%s", signal_name(signal),
              strcmp(owner, lib->label) == 0 ? "itself" : owner, text);
}

/* Signals that a timer of the process sends: interval timers and POSIX timers. */
static void say_ticks(void)
{
    static const struct {
        __itimer_which_t which;
        int signal;
    } timers[] = {{ITIMER_REAL, SIGALRM}, {ITIMER_VIRTUAL, SIGVTALRM}, {ITIMER_PROF, SIGPROF}};
    signals ticks = 0;
    for (size_t i = 0; i < sizeof timers / sizeof *timers; i++) {
        struct itimerval timer = {0};
        getitimer(timers[i].which, &timer);
        if (timer.it_interval.tv_sec != 0 || timer.it_interval.tv_usec != 0)
            ticks |= UINT64_C(1) << (timers[i].signal - 1);
    }
    char line[256];
    FILE *file = fopen("/proc/self/timers", "r");
    int signal = 0;
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        sscanf(line, "signal: %d/", &signal);
        if (strncmp(line, "notify: signal/", 15) == 0 && signal > 0 && signal <= SIGNALS)
            ticks |= UINT64_C(1) << (signal - 1);
    }
    if (file != NULL)
        fclose(file);
    for (int at = 1; at <= SIGNALS; at++)
        if (has_signal(ticks, at))
            trial_say("ticks %s", signal_name(at));
}

static bool is_kept_from(int signal)
{
    return signal == SIGKILL || signal == SIGSTOP || signal == 32 || signal == 33;
}

/* The host has no handler. */
static void come_and_go(const void *plan)
{
    (void)plan;
    handlers_now(&before);
    struct library *lib = trial_load();
    trial_start(lib);
    signals taken = handlers_taken(&before);
    for (int signal = 1; signal <= SIGNALS; signal++) {
        if (has_signal(taken, signal))
            say_taken(lib, signal);
        uintptr_t function = handler_of(signal).function;
        if (function == (uintptr_t)SIG_IGN && before.of[signal].function != function)
            trial_say("ignores %s", signal_name(signal));
    }
    say_ticks();
    trial_begin();
    if (lib->table->stop == NULL)
        return;
    lib->table->stop();
    for (int signal = 1; signal <= SIGNALS; signal++)
        if (has_signal(taken & handlers_taken(&before), signal))
            trial_say("leaves-handler %s", signal_name(signal));
}

static void hosts(int signal)
{
    (void)signal;
}

static void install(int from, int to)
{
    struct sigaction action = {.sa_handler = hosts, .sa_flags = SA_RESTART};
    for (int signal = from; signal <= to; signal++)
        if (!is_kept_from(signal))
            xsigaction(signal, &action, NULL);
}

/* The host has handlers for all signals but real-time ones, of which runtimes look for free ones; and for the last of these,
 * installed when the library has been loaded. */
static void meet_handlers(const void *plan)
{
    (void)plan;
    install(1, 31);
    handlers_now(&before);
    struct library *lib = trial_load();
    install(SIGNALS, SIGNALS);
    trial_start(lib);
    bool adds = false;
    signals taken = 0;
    for (int signal = 1; signal <= SIGNALS; signal++) {
        struct handler now = handler_of(signal);
        if (now.function == (uintptr_t)hosts)
            adds |= (now.flags & SA_ONSTACK) != 0;
        else if (before.of[signal].function == (uintptr_t)hosts)
            taken |= UINT64_C(1) << (signal - 1);
    }
    if (adds)
        trial_say("adds-onstack");
    trial_begin();
    if (lib->table->stop == NULL)
        return;
    lib->table->stop();
    for (int signal = 1; signal <= SIGNALS; signal++)
        if (has_signal(taken, signal) && handler_of(signal).function == (uintptr_t)SIG_DFL)
            trial_say("default-at-stop %s", signal_name(signal));
}

/* The host takes the signals over when the library is up, as a library does that comes later, and the stop puts back what was
 * there before. */
static void meet_a_stop(const void *plan)
{
    (void)plan;
    handlers_now(&before);
    struct library *lib = trial_load();
    trial_start(lib);
    signals taken = handlers_taken(&before);
    struct sigaction action = {.sa_handler = hosts, .sa_flags = SA_RESTART | SA_ONSTACK};
    for (int signal = 1; signal <= SIGNALS; signal++)
        if (has_signal(taken, signal) && !is_kept_from(signal))
            xsigaction(signal, &action, NULL);
    trial_begin();
    if (lib->table->stop == NULL)
        return;
    lib->table->stop();
    for (int signal = 1; signal <= SIGNALS; signal++)
        if (has_signal(taken, signal) && handler_of(signal).function != (uintptr_t)hosts)
            trial_say("overwrites-at-stop %s", signal_name(signal));
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    observe("takes", come_and_go, NULL);
    observe("adds-onstack", meet_handlers, NULL);
    observe("overwrites-at-stop", meet_a_stop, NULL);
    return host_end(0);
}
