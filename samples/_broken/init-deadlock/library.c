/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Waits in its constructor for a thread that needs the loader's lock, which the thread that loads this has. */
#define _GNU_SOURCE
#define SAMPLE init_deadlock
#define ID "init-deadlock"
#include "skeleton.h"
#include <dlfcn.h>

static void *load_more(void *arg)
{
    dlopen("libm.so.6", RTLD_NOW);
    return arg;
}

__attribute__((constructor)) static void wait_for_thread(void)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, load_more, NULL) == 0)
        pthread_join(thread, NULL);
}
