/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Calls the host on a stack of its own, which is small. */
#define _GNU_SOURCE
#define SAMPLE small_stack
#define ID "small-stack"
#define CALL call_badly
#include "coexist_runtime.h"
static int64_t call_badly(coexist_fn fn, void *arg);
#include "skeleton.h"

static int64_t call_badly(coexist_fn fn, void *arg)
{
    struct sample_task task = {.fn = fn, .arg = arg, .result = -1};
    pthread_attr_t small;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, 65536);
    pthread_t thread;
    if (pthread_create(&thread, &small, run_task, &task) == 0)
        pthread_join(thread, NULL);
    pthread_attr_destroy(&small);
    return task.result;
}
