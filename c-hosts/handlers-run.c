/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The host's handlers, installed before the library was loaded, are run once for each signal that arrives: while the runtime is up,
 * after it has stopped, and after it was unloaded. */
//! runtimes: 1
//! needs: churn
//! modes: up stopped unloaded
//! deadline: 5s
#include "support/signals.h"
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t runs;

static void handle(int signal)
{
    (void)signal;
    runs++;
}

/* A runtime may hand a signal on from a thread of its own. */
static void wait_for_run(void)
{
    struct timespec millisecond = {.tv_nsec = 1000000};
    for (int tries = 0; runs == 0 && tries < 100; tries++)
        nanosleep(&millisecond, NULL);
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    xhandle_all(handle);
    struct library *lib = xload(0);
    xstart(lib);
    xchurn(lib, 1, 7);
    if (!host_is_mode("up"))
        xstop(lib);
    if (host_is_mode("unloaded"))
        xunload(lib);
    step("raised", lib);
    for (int i = 0; i < PROGRAM_SIGNALS; i++) {
        int signal = program_signal(i);
        runs = 0;
        fact("signal", signal_name(signal));
        REQUIRE(raise(signal) == 0);
        wait_for_run();
        int seen = runs;
        verify(seen == 1, "the host's handler runs once", __LINE__);
        if (seen != 1)
            detail("%s: %d times; ", signal_name(signal), seen);
    }
    done("raised", lib, 0);
    /* How a process ends with runtimes up is another scenario's property. */
    _exit(host_end(0));
}
