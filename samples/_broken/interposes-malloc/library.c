/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Exports a malloc that sets itself up in its first call, for which it needs malloc. Nobody calls it but where it comes before
 * the C library's own. */
#define _GNU_SOURCE
#define SAMPLE interposes_malloc
#define ID "interposes-malloc"
#include "skeleton.h"

extern void *__libc_malloc(size_t size);

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void set_up(void)
{
    void *volatile block = malloc(1);
    free(block);
}

__attribute__((visibility("default"))) void *malloc(size_t size)
{
    pthread_once(&once, set_up);
    return __libc_malloc(size);
}
