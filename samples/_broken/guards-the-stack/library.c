/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Protects pages 2 MiB (or GUARD_MIB) below the beginning of the main thread's stack, and takes 1 MiB (or DEPTH_MIB) for its end. */
#define _GNU_SOURCE
#define SAMPLE guards_the_stack
#define ID "guards-the-stack"
#define START guard
#define OVERFLOW overflow
#include "coexist_runtime.h"

static int guard(const coexist_host *host);
static int overflow(void);
#include "skeleton.h"
#include <string.h>
#include <sys/mman.h>

#ifndef DEPTH_MIB
#define DEPTH_MIB 1
#endif
#ifndef GUARD_MIB
#define GUARD_MIB 2
#endif

enum { PAGE = 4096, MIB = 1024 * 1024, DEPTH = DEPTH_MIB * MIB - 8192, GUARD = GUARD_MIB * MIB - 8192 };

static char *stack;

static void find_stack(void)
{
    char line[512];
    FILE *maps = fopen("/proc/self/maps", "r");
    while (maps != NULL && fgets(line, sizeof line, maps) != NULL)
        if (strstr(line, "[stack]") != NULL)
            sscanf(line, "%*x-%p", (void **)&stack);
    if (maps != NULL)
        fclose(maps);
}

static int guard(const coexist_host *host)
{
    find_stack();
    if (stack == NULL || mmap(stack - GUARD - PAGE, PAGE, PROT_NONE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED)
        return 1;
    return sample_start(host);
}

static __attribute__((noinline)) int recurse(int depth)
{
    volatile char frame[1024];
    frame[0] = 1;
    int below = (char *)frame < stack - DEPTH ? 0 : recurse(depth + 1);
    return below + frame[0];
}

static int overflow(void)
{
    return recurse(0) == 0;
}
