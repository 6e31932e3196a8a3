/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Measures how far down the main thread's stack a library's overflow goes, and from where on the library has protected that
 * stack. */
//! facts: overflow-depth guards-main-stack
#define _DEFAULT_SOURCE
#include "support/trial.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

enum { KIB = 1024, STEP = 16, LIMIT = 8 * 1024, HERE = 32, PAGE = 4 * KIB };

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

/* Where the highest pages below it begin that nobody may touch; 0 if there are none. */
static uintptr_t guard_end(uintptr_t stack)
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
    return highest;
}

/* KiB from there to the lowest page that was touched. */
static uint64_t depth(uintptr_t stack)
{
    uintptr_t end = guard_end(stack);
    uintptr_t lowest = stack;
    unsigned char resident = 0;
    for (uintptr_t page = stack - PAGE; page >= end && stack - page <= (uintptr_t)LIMIT * KIB;
         page -= PAGE) {
        if (mincore((void *)page, PAGE, &resident) != 0)
            break;
        if ((resident & 1) != 0)
            lowest = page;
    }
    return (stack - lowest) / KIB;
}

static uintptr_t stack;

static __attribute__((noinline)) void live_here(void)
{
    struct library *lib = trial_load();
    trial_start(lib);
    trial_call(lib);
    uintptr_t guard = guard_end(stack);
    if (guard != 0)
        trial_say("guards-main-stack %" PRIu64, rounded((stack - guard) / KIB));
    if (lib->table->overflow == NULL)
        return;
    uint64_t before = depth(stack);
    trial_begin();
    trial_need(lib->table->overflow() == 0);
    uint64_t after = depth(stack);
    if (after > before + STEP)
        trial_say("overflow-depth %" PRIu64, rounded(after));
}

/* Some runtimes count from the end of the stack and some from where they are called: where that is differs by some KiB from
 * process to process, and here does not. */
static void live(const void *plan)
{
    (void)plan;
    stack = stack_end();
    uintptr_t wanted = stack - (uintptr_t)HERE * KIB;
    uintptr_t now = (uintptr_t)__builtin_frame_address(0);
    volatile char *filling = __builtin_alloca(now > wanted ? now - wanted : 1);
    filling[0] = 1;
    live_here();
    filling[0] = 2;
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    observe("overflow-depth", live, NULL);
    return host_end(0);
}
