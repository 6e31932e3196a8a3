/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Belongs to the thread that started it, and goes down when that ends. */
#define SAMPLE ends_with_its_thread
#define ID "ends-with-its-thread"
#define START tie_to_thread
#define CALL call_while_up
#include "coexist_runtime.h"
#include <stdbool.h>
static int tie_to_thread(const coexist_host *host);
static int64_t call_while_up(coexist_fn fn, void *arg);
#include "skeleton.h"

static volatile bool down;

static void go_down(void *data)
{
    (void)data;
    down = true;
}

static int tie_to_thread(const coexist_host *host)
{
    static pthread_key_t key;
    if (pthread_key_create(&key, go_down) != 0 || pthread_setspecific(key, &key) != 0)
        return 1;
    return sample_start(host);
}

static int64_t call_while_up(coexist_fn fn, void *arg)
{
    return down ? -1 : fn(arg);
}
