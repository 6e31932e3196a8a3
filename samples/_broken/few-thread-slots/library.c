/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Gives each thread a number, has a hundred of them, and never takes one back. */
#define SAMPLE few_thread_slots
#define ID "few-thread-slots"
#define CALL call_by_number
#include "coexist_runtime.h"
#include <stdatomic.h>
static int64_t call_by_number(coexist_fn fn, void *arg);
#include "skeleton.h"

enum { NUMBERS = 100 };

static int64_t call_by_number(coexist_fn fn, void *arg)
{
    static atomic_int given;
    static __thread int number;
    if (number == 0)
        number = atomic_fetch_add(&given, 1) + 1;
    return number > NUMBERS ? -1 : fn(arg);
}
