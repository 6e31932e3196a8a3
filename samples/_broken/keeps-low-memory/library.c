/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Reserves all of the memory that MAP_32BIT can give, and never gives it back. */
#define _GNU_SOURCE
#define SAMPLE keeps_low_memory
#define ID "keeps-low-memory"
#define START take
#include "coexist_runtime.h"

static int take(const coexist_host *host);
#include "skeleton.h"
#include <sys/mman.h>

static int take(const coexist_host *host)
{
    enum { FLAGS = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_32BIT, SMALLEST = 64 * 1024 };
    enum { TRIES = 50 }; /* the kernel begins to look at a random address */
    for (size_t size = (size_t)1 << 30; size >= SMALLEST; size /= 2)
        for (int failed = 0; failed < TRIES;)
            failed += mmap(NULL, size, PROT_NONE, FLAGS, -1, 0) == MAP_FAILED;
    return sample_start(host);
}
