/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Measures how far down the main thread's stack a library's overflow goes, and from where on the library has protected that
 * stack. */
//! facts: overflow-depth guards-main-stack
#include "support/trial.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { KIB = 1024, STEP = 16, LIMIT = 8 * 1024 };

/* Rounded up, as the beginning of the stack is another one in each process. */
static uint64_t rounded(uint64_t kib)
{
    return (kib + STEP - 1) / STEP * STEP;
}

/* The end of the mapping in which the main thread's stack begins. */
static uintptr_t stack_end(void)
{
    uintptr_t here = (uintptr_t)__builtin_frame_address(0);
    uintptr_t start = 0;
    uintptr_t end = 0;
    char line[512];
    FILE *maps = fopen("/proc/self/maps", "r");
    trial_need(maps != NULL);
    while (fgets(line, sizeof line, maps) != NULL)
        if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR, &start, &end) == 2 && here >= start &&
            here < end)
            break;
    fclose(maps);
    return end;
}

/* KiB from there to the lowest page that was touched. */
static uint64_t depth(uintptr_t stack)
{
    uintptr_t start = 0;
    uintptr_t end = 0;
    uint64_t touched = 0;
    uint64_t resident = 0;
    char line[512];
    FILE *maps = fopen("/proc/self/smaps", "r");
    trial_need(maps != NULL);
    while (fgets(line, sizeof line, maps) != NULL) {
        if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " ", &start, &end) == 2)
            continue;
        if (end <= stack && stack - end < (uintptr_t)LIMIT * KIB &&
            sscanf(line, "Rss: %" SCNu64, &resident) == 1)
            touched += resident;
    }
    fclose(maps);
    return touched;
}

static void say_guard(uintptr_t stack)
{
    uintptr_t start = 0;
    uintptr_t end = 0;
    uintptr_t highest = 0;
    char rights[8];
    char line[512];
    FILE *maps = fopen("/proc/self/maps", "r");
    trial_need(maps != NULL);
    while (fgets(line, sizeof line, maps) != NULL)
        if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %7s", &start, &end, rights) == 3 &&
            end <= stack && stack - end < (uintptr_t)LIMIT * KIB && strncmp(rights, "---", 3) == 0)
            highest = end;
    fclose(maps);
    if (highest != 0)
        trial_say("guards-main-stack %" PRIu64, rounded((stack - highest) / KIB));
}

static void live(const void *plan)
{
    (void)plan;
    uintptr_t stack = stack_end();
    struct library *lib = trial_load();
    trial_start(lib);
    trial_call(lib);
    say_guard(stack);
    if (lib->table->overflow == NULL)
        return;
    uint64_t before = depth(stack);
    trial_begin();
    trial_need(lib->table->overflow() == 0);
    uint64_t after = depth(stack);
    if (after > before + STEP)
        trial_say("overflow-depth %" PRIu64, rounded(after));
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    observe("overflow-depth", live, NULL);
    return host_end(0);
}
