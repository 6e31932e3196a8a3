/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Reserves 128 GiB of address space. */
#define SAMPLE reserves_space
#define ID "reserves-space"
#define START reserve
#include "coexist_runtime.h"
static int reserve(const coexist_host *host);
#include "skeleton.h"
#include <sys/mman.h>

static int reserve(const coexist_host *host)
{
    void *space = mmap(NULL, (size_t)128 << 30, PROT_NONE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (space == MAP_FAILED)
        return 1;
    return sample_start(host);
}
