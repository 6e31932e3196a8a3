/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* After stop the process has as many threads as before the library was loaded. */
//! runtimes: 1
//! needs: stop churn state
//! modes: idle spawned
//! deadline: 3s
#include "coexist.h"
#include <time.h>

enum { PATIENCE = 100 /* milliseconds, for threads that are on their way out */ };

static int64_t answer(void *arg)
{
    return *(const int64_t *)arg;
}

static void wait_for(int expected)
{
    for (int i = 0; i < PATIENCE && threads_now() != expected; i++)
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    int before = threads_now();
    struct library *lib = xload(0);
    xstart(lib);
    xstate(lib);
    xchurn(lib, 1, 7);
    if (host_is_mode("spawned") && lib->table->spawn != NULL)
        lib->table->spawn(answer, &(int64_t){7});
    xstop(lib);
    step("stopped", lib);
    wait_for(before);
    int left = threads_now() - before;
    verify(left == 0, "stop leaves no thread", __LINE__);
    if (left != 0)
        detail("%d more than before", left);
    done("stopped", lib, 0);
    return host_end(0);
}
