/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Takes more memory than a cell may have, and keeps it. */
#define SAMPLE much_memory
#define ID "much-memory"
#define START take_memory
#include "coexist_runtime.h"
static int take_memory(const coexist_host *host);
#include "skeleton.h"
#include <sys/mman.h>
#include <unistd.h>

/* More than the limit of 4 GiB; in pages as large as can be had, so that it does not take long. */
#define BYTES (5ull << 30)
enum { PAGE = 4096, SECONDS = 600 };

static int take_memory(const coexist_host *host)
{
    char *memory = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return 1;
    madvise(memory, BYTES, MADV_HUGEPAGE);
    for (size_t at = 0; at < BYTES; at += PAGE)
        memory[at] = 1;
    sleep(SECONDS);
    return sample_start(host);
}
