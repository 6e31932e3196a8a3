/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* What an event costs its host: a batch of them, timed together. */
#include "coexist.h"
#include <time.h>

enum { EVENTS = 1000 };

static int64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    int64_t begun = now();
    for (int i = 0; i < EVENTS; i++)
        note("callback");
    value("nanoseconds", now() - begun);
    return host_end(0);
}
