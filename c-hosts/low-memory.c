/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Measures whether a library takes all of the memory below 2 GiB, which others can ask for by MAP_32BIT, and whether it gives it
 * back. */
//! facts: takes-low-memory keeps-low-memory
//! deadline: 60s
#define _GNU_SOURCE
#include "support/trial.h"
#include <dlfcn.h>
#include <sys/mman.h>

enum { SIZE = 1024 * 1024, TRIES = 16 };

/* The kernel begins to look at a random address of the first 32 MiB: what is left below that is not always found. */
static bool has_low_memory(void)
{
    for (int i = 0; i < TRIES; i++) {
        void *memory = mmap(NULL, SIZE, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
        if (memory == MAP_FAILED)
            return false;
        munmap(memory, SIZE);
    }
    return true;
}

static void live(const void *plan)
{
    (void)plan;
    trial_need(has_low_memory());
    struct library *lib = trial_load();
    trial_start(lib);
    if (has_low_memory())
        return;
    trial_say("takes-low-memory");
    trial_begin();
    if (lib->table->stop != NULL)
        lib->table->stop();
    trial_need(dlclose(lib->handle) == 0);
    if (!has_low_memory())
        trial_say("keeps-low-memory");
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    observe("takes-low-memory", live, NULL);
    return host_end(0);
}
