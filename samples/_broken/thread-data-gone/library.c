/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Takes its data of a thread away before the thread has made its last call. */
#define SAMPLE thread_data_gone
#define ID "thread-data-gone"
#define CALL call_with_data
#include "coexist_runtime.h"
#include <stdbool.h>
static int64_t call_with_data(coexist_fn fn, void *arg);
#include "skeleton.h"

/* What C++ and Rust have their thread-local objects destroyed by: before any thread-specific value. */
extern int __cxa_thread_atexit_impl(void (*destroy)(void *), void *object, void *library);
extern void *__dso_handle;

static __thread bool there, gone;

static void take_away(void *object)
{
    (void)object;
    gone = true;
}

static int64_t call_with_data(coexist_fn fn, void *arg)
{
    if (!there)
        there = __cxa_thread_atexit_impl(take_away, NULL, &__dso_handle) == 0;
    return gone ? -1 : fn(arg);
}
