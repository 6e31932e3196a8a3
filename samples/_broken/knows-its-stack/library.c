/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Looks at each call whether it is on its thread's stack. */
#define _GNU_SOURCE
#define SAMPLE knows_its_stack
#define ID "knows-its-stack"
#define CALL look_and_call
#include "coexist_runtime.h"

static int64_t look_and_call(int64_t (*fn)(void *arg), void *arg);
#include "skeleton.h"
#include <stdbool.h>

/* Whether an address is on the stack that the thread was made with. */
static bool is_on_stack(const void *here)
{
    pthread_attr_t attributes;
    void *start = NULL;
    size_t size = 0;
    if (pthread_getattr_np(pthread_self(), &attributes) != 0)
        return false;
    pthread_attr_getstack(&attributes, &start, &size);
    pthread_attr_destroy(&attributes);
    return (uintptr_t)here - (uintptr_t)start < size;
}

static int64_t look_and_call(int64_t (*fn)(void *arg), void *arg)
{
    char here;
    if (!is_on_stack(&here))
        abort();
    return sample_call(fn, arg);
}
