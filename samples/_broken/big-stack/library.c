/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Needs half a megabyte of stack for a call. */
#define SAMPLE big_stack
#define ID "big-stack"
#define CALL call_with_frame
#include "coexist_runtime.h"
static int64_t call_with_frame(coexist_fn fn, void *arg);
#include "skeleton.h"
#include <string.h>

enum { FRAME = 512 * 1024 };

static __attribute__((noinline)) int64_t call_with_frame(coexist_fn fn, void *arg)
{
    char frame[FRAME];
    memset(frame, 1, sizeof frame);
    __asm__ volatile("" : : "r"(frame) : "memory");
    return fn(arg);
}
