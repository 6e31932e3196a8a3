/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Calls C on a stack of its own, a new one for each call. The variant that stays calls it on the thread's. */
#define _GNU_SOURCE
#define SAMPLE own_segments
#define ID "own-segments"
#define CALL call_aside
#include "coexist_runtime.h"

static int64_t call_aside(coexist_fn fn, void *arg);
#include "skeleton.h"
#include <stdint.h>
#include <sys/mman.h>
#include <ucontext.h>

enum { SIZE_OF_STACK = 64 * 1024, GUARD = 64 * 1024 };

struct task {
    coexist_fn fn;
    void *arg;
    int64_t result;
};

static void run(unsigned high, unsigned low)
{
    struct task *task = (struct task *)((uintptr_t)high << 32 | low);
    task->result = task->fn(task->arg);
}

static int64_t call_aside(coexist_fn fn, void *arg)
{
#ifdef STAYS
    return sample_call(fn, arg);
#endif
    struct task task = {.fn = fn, .arg = arg, .result = -1};
    uintptr_t at = (uintptr_t)&task;
    ucontext_t here, there;
    char *memory = mmap(NULL, GUARD + SIZE_OF_STACK, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED || mprotect(memory, GUARD, PROT_NONE) != 0 || getcontext(&there) != 0)
        return -1;
    there.uc_stack = (stack_t){.ss_sp = memory + GUARD, .ss_size = SIZE_OF_STACK};
    there.uc_link = &here;
    makecontext(&there, (void (*)(void))run, 2, (unsigned)(at >> 32), (unsigned)at);
    swapcontext(&here, &there);
    munmap(memory, GUARD + SIZE_OF_STACK);
    return task.result;
}
