/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Aborts when the process ends while a call is on the stack. */
#define SAMPLE exit_below_aborts
#define ID "exit-below-aborts"
#define CALL call_and_count
#include "coexist_runtime.h"
static int64_t call_and_count(coexist_fn fn, void *arg);
#include "skeleton.h"

static int depth;

static int64_t call_and_count(coexist_fn fn, void *arg)
{
    depth++;
    int64_t result = fn(arg);
    depth--;
    return result;
}

__attribute__((destructor)) static void check(void)
{
    if (depth != 0)
        abort();
}
