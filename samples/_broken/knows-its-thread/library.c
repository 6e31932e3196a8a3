/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Asks the kernel for the thread when a call begins and when it returns: a child that was forked in between has another one. */
#define _GNU_SOURCE
#define SAMPLE knows_its_thread
#define ID "knows-its-thread"
#define CALL call_on_thread
#include "coexist_runtime.h"
static int64_t call_on_thread(coexist_fn fn, void *arg);
#include "skeleton.h"
#include <unistd.h>

static int64_t call_on_thread(coexist_fn fn, void *arg)
{
    pid_t thread = gettid();
    int64_t result = fn(arg);
    if (gettid() != thread)
        abort();
    return result;
}
