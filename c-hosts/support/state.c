/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* What only the process itself knows of its state, told at a mark. Nothing is allocated, and what is told is compared with
 * the last mark by the harness, not here. */
#define _GNU_SOURCE
#include "support.h"
#include <locale.h>
#include <signal.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#define LAST_SIGNAL 64
/* Of a large environment the rest is not told. */
#define MOST_VARIABLES 200

static void tell(const char *text, uint64_t a, uint64_t b)
{
    trace_write(WIRE_STATE, 0, text, (int64_t)a, (int64_t)b);
}

/* "key rest", cut to what a record holds. */
static void tell_text(const char *key, const char *rest, uint64_t a)
{
    char text[WIRE_TEXT_SIZE + 1];
    size_t length = strlen(key);
    memcpy(text, key, length);
    text[length++] = ' ';
    size_t more = strnlen(rest, WIRE_TEXT_SIZE - length);
    memcpy(text + length, rest, more);
    text[length + more] = '\0';
    tell(text, a, 0);
}

static void tell_handlers(void)
{
    for (int signal = 1; signal <= LAST_SIGNAL; signal++) {
        struct handler handler = handler_of(signal);
        if (handler.function == (uintptr_t)SIG_DFL)
            continue;
        /* The number in decimal, the mask in hexadecimal. */
        char text[] = "00 0000000000000000";
        text[0] = (char)('0' + signal / 10);
        text[1] = (char)('0' + signal % 10);
        for (unsigned digit = 0; digit < 16; digit++)
            text[3 + digit] = "0123456789abcdef"[handler.mask >> (60 - 4 * digit) & 15u];
        trace_write(WIRE_HANDLER, 0, text, (int64_t)handler.function, (int64_t)handler.flags);
    }
}

static void tell_signals_of_this_thread(void)
{
    uint64_t mask = 0;
    syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &mask, sizeof mask);
    tell("mask", mask, 0);
    stack_t stack = {.ss_flags = SS_DISABLE};
    sigaltstack(NULL, &stack);
    bool none = (stack.ss_flags & SS_DISABLE) != 0;
    tell("altstack", none ? 0 : stack.ss_size, 0);
}

static void tell_floating_point(void)
{
#if defined(__x86_64__)
    enum { CONTROL = 0xffc0 }; /* the rest are exceptions that have happened */
    uint32_t sse = 0;
    uint16_t x87 = 0;
    __asm__ volatile("stmxcsr %0" : "=m"(sse));
    __asm__ volatile("fnstcw %0" : "=m"(x87));
    tell("mxcsr", sse & CONTROL, 0);
    tell("x87", x87, 0);
#endif
}

static void tell_locale(void)
{
    static const struct {
        int category;
        const char *key;
    } all[] = {{LC_CTYPE, "locale LC_CTYPE"},       {LC_NUMERIC, "locale LC_NUMERIC"},
               {LC_TIME, "locale LC_TIME"},         {LC_COLLATE, "locale LC_COLLATE"},
               {LC_MONETARY, "locale LC_MONETARY"}, {LC_MESSAGES, "locale LC_MESSAGES"}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        tell_text(all[i].key, setlocale(all[i].category, NULL), 0);
    tell("own locale of the thread", uselocale((locale_t)0) != LC_GLOBAL_LOCALE, 0);
}

static void tell_environment(void)
{
    for (size_t i = 0; environ != NULL && environ[i] != NULL && i < MOST_VARIABLES; i++) {
        uint64_t hash = 0xcbf29ce484222325u;
        for (const char *c = environ[i]; *c != '\0'; c++)
            hash = (hash ^ (unsigned char)*c) * 0x100000001b3u;
        tell_text("environment", environ[i], hash);
    }
}

static void tell_timers(void)
{
    static const char *const names[] = {"ITIMER_REAL", "ITIMER_VIRTUAL", "ITIMER_PROF"};
    for (int which = 0; which < 3; which++) {
        struct itimerval timer = {0};
        getitimer((__itimer_which_t)which, &timer);
        bool armed = timer.it_value.tv_sec != 0 || timer.it_value.tv_usec != 0;
        tell(names[which],
             (uint64_t)timer.it_interval.tv_sec * 1000000 + (uint64_t)timer.it_interval.tv_usec,
             armed);
    }
}

static void tell_flags_of_the_process(void)
{
    int subreaper = 0;
    int death_signal = 0;
    prctl(PR_GET_CHILD_SUBREAPER, &subreaper);
    prctl(PR_GET_PDEATHSIG, &death_signal);
    tell("dumpable", (uint64_t)prctl(PR_GET_DUMPABLE), 0);
    tell("no_new_privs", (uint64_t)prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), 0);
    tell("huge pages off", (uint64_t)prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0), 0);
    tell("child subreaper", (uint64_t)subreaper, 0);
    tell("death signal", (uint64_t)death_signal, 0);
    tell("timer slack", (uint64_t)prctl(PR_GET_TIMERSLACK), 0);
    tell("personality", (uint64_t)personality(0xffffffff), 0);
}

void state_tell(void)
{
    tell_handlers();
    tell_signals_of_this_thread();
    tell_floating_point();
    tell_locale();
    tell_environment();
    tell_timers();
    tell_flags_of_the_process();
}
