/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Gives each thread that calls data with a destructor, and does not take it back when it is unloaded. */
#define SAMPLE destructor_left
#define ID "destructor-left"
#define CALL call_with_data
#include "coexist_runtime.h"
static int64_t call_with_data(coexist_fn fn, void *arg);
#include "skeleton.h"

static pthread_key_t key;

static void forget(void *data)
{
    *(int *)data = 0;
}

__attribute__((constructor)) static void make_key(void)
{
    if (pthread_key_create(&key, forget) != 0)
        abort();
}

static int64_t call_with_data(coexist_fn fn, void *arg)
{
    static int data;
    pthread_setspecific(key, &data);
    return fn(arg);
}
