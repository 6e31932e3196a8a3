/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* What a mark with its footprint costs in a process with ten threads and two hundred mappings. The host itself times them
 * and says how long, so that starting a process is not in it. */
#include "coexist.h"
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { MARKS = 100, THREADS = 9, MAPPINGS = 180, PAGE = 4096 };

static void *wait_for_ever(void *arg)
{
    for (;;)
        pause();
    return arg;
}

/* Neighbours with different permissions stay apart. */
static void map_pages(void)
{
    for (int i = 0; i < MAPPINGS; i++) {
        int protection = i % 2 == 0 ? PROT_READ : PROT_READ | PROT_WRITE;
        REQUIRE(mmap(NULL, PAGE, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED);
    }
}

static int64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    for (int i = 0; i < THREADS; i++)
        xthread(wait_for_ever, NULL);
    map_pages();
    mark("first");
    int64_t begun = now();
    for (int i = 0; i < MARKS; i++)
        mark("again");
    value("nanoseconds", now() - begun);
    return host_end(0);
}
