/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Exports a malloc that comes up at the first call, for which it allocates. */
#define _GNU_SOURCE
#define SAMPLE malloc_waits
#define ID "malloc-waits"
#include "skeleton.h"
#include <dlfcn.h>
#include <string.h>

static void *(*next_malloc)(size_t size);
static char *settings;

static void come_up(void)
{
    settings = strdup("none");
    next_malloc = (void *(*)(size_t))dlsym(RTLD_NEXT, "malloc");
}

__attribute__((visibility("default"))) void *malloc(size_t size)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, come_up);
    return next_malloc(size);
}
