/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Does not come up without 8 GiB of address space. */
#define SAMPLE needs_space
#define ID "needs-space"
#define START reserve
#include "coexist_runtime.h"
static int reserve(const coexist_host *host);
#include "skeleton.h"
#include <sys/mman.h>

static int reserve(const coexist_host *host)
{
    void *space =
        mmap(NULL, (size_t)8 << 30, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (space == MAP_FAILED)
        return 1;
    return sample_start(host);
}
