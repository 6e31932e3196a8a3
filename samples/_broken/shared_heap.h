/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * A collector that several samples use as one shared object. Each has a heap.c that defines HEAP_OBJECT and includes this, and a
 * library.c that includes it below skeleton.h.
 */
#ifndef SHARED_HEAP_H
#define SHARED_HEAP_H

#include <stdlib.h>

void heap_open(void);
void heap_close(void);
void heap_use(void);

#ifdef HEAP_OBJECT
static int is_open;

void heap_open(void)
{
    is_open = 1;
}

void heap_close(void)
{
    is_open = 0;
}

void heap_use(void)
{
    if (!is_open)
        abort();
}
#else
static int open_and_start(const coexist_host *host)
{
    heap_open();
    return sample_start(host);
}

static int close_and_stop(void)
{
    heap_close();
    return sample_stop();
}

static int use_and_churn(uint32_t mib, uint32_t seed, uint64_t *sum)
{
    heap_use();
    return sample_churn(mib, seed, sum);
}
#endif

#endif
