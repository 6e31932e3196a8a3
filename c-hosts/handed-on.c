/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Measures which faults of the host's a library hands on to the handler that the host had before, and how the process ends
 * otherwise: it is not one answer for all kinds of faults. */
//! facts: hands-on ends-on
//! deadline: 60s
#define _GNU_SOURCE
#include "support/trial.h"
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

enum { TRIALS = 3, HANDED_ON = 77 };

enum kind { NULL_POINTER, WILD, GUARD, CALL, DIVIDE, FILE_END, CODE, KINDS };

static const struct {
    int signal;
    const char *name;
} kinds[KINDS] = {[NULL_POINTER] = {SIGSEGV, "null"}, [WILD] = {SIGSEGV, "wild"},
                  [GUARD] = {SIGSEGV, "guard"},       [CALL] = {SIGSEGV, "call"},
                  [DIVIDE] = {SIGFPE, "divide"},      [FILE_END] = {SIGBUS, "file"},
                  [CODE] = {SIGILL, "code"}};

static void hand_in(int signal)
{
    (void)signal;
    _exit(HANDED_ON);
}

static char stack[64 * 1024];

static void prepare(int signal)
{
    const stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
    struct sigaction action = {.sa_handler = hand_in, .sa_flags = SA_ONSTACK};
    trial_need(sigaltstack(&alternate, NULL) == 0);
    xsigaction(signal, &action, NULL);
}

static __attribute__((noinline)) int recurse(int depth)
{
    volatile char frame[1024];
    frame[depth % 1024] = 1;
    int below = depth < 0 ? 0 : recurse(depth + 1);
    return below + frame[depth % 1024];
}

static void touch(uintptr_t address)
{
    *(volatile char *)address = 1;
}

static void make(enum kind kind)
{
    static uintptr_t volatile nothing;
    static const unsigned char data[16] __attribute__((aligned(16))) = {0xc3};
    switch (kind) {
    case NULL_POINTER:
        touch(nothing);
        break;
    case WILD:
        touch(nothing + UINT64_C(0x5a5a5a5a5000));
        break;
    case GUARD:
        recurse(1);
        break;
    case CALL:
        ((void (*)(void))(nothing + (uintptr_t)data))();
        break;
    case DIVIDE:
        host_fault(FAULT_FPE);
        break;
    case FILE_END:
        host_fault(FAULT_BUS);
        break;
    case CODE:
        __asm__ volatile("ud2");
        break;
    case KINDS:
        break;
    }
}

static void live(const void *arg)
{
    const enum kind *kind = arg;
    prepare(kinds[*kind].signal);
    struct library *lib = trial_load();
    trial_start(lib);
    trial_call(lib);
    trial_begin();
    make(*kind);
}

static bool is_same(struct ending one, struct ending other)
{
    return one.how == other.how && one.number == other.number;
}

/* Twice is enough: a third time takes long, and says no more. */
static bool hangs(const struct ending *endings, int made)
{
    return made == 2 && endings[0].how == ENDED_HUNG && endings[1].how == ENDED_HUNG;
}

static void ask(enum kind kind)
{
    struct ending endings[TRIALS];
    bool told[TRIALS] = {false};
    int made = 0;
    while (made < TRIALS && !hangs(endings, made))
        endings[made++] = trial(live, &kind);
    for (int i = 0; i < made; i++) {
        int times = 0;
        for (int k = i; k < made && !told[i]; k++) {
            bool same = is_same(endings[k], endings[i]);
            times += same;
            told[k] |= same && k > i;
        }
        if (times == 0)
            continue;
        bool handed_on = endings[i].how == ENDED_EXITED && endings[i].number == HANDED_ON;
        char text[88];
        snprintf(text, sizeof text, "%s %s %s%s%s", handed_on ? "hands-on" : "ends-on",
                 signal_name(kinds[kind].signal), kinds[kind].name, handed_on ? "" : " ",
                 handed_on ? "" : ending_text(endings[i]));
        found(text, times, made);
    }
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    const struct known *known = known_of_library();
    for (enum kind kind = 0; kind < KINDS; kind++)
        if (has_signal(known->taken, kinds[kind].signal))
            ask(kind);
    return host_end(0);
}
