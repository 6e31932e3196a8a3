/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The host's profiling timer, set before the library was loaded, goes on ticking into the host's handler when the runtime is up, has
 * collected and has stopped. */
//! runtimes: 1
//! needs: churn
//! deadline: 5s
#include "support/signals.h"
#include <sys/time.h>
#include <time.h>

enum { TICKS = 3, MICROSECONDS = 4000 };

static volatile sig_atomic_t ticks;

static void tick(int signal)
{
    (void)signal;
    ticks++;
}

/* Processor time is what the timer counts; a quarter of a second is far more than the ticks need. */
static void expect_ticks(const char *when, const struct library *lib)
{
    step(when, lib);
    struct itimerval timer;
    REQUIRE(getitimer(ITIMER_PROF, &timer) == 0);
    verify(timer.it_interval.tv_sec == 0 && timer.it_interval.tv_usec == MICROSECONDS,
           "the profiling timer has the host's interval", __LINE__);
    ticks = 0;
    for (clock_t until = clock() + CLOCKS_PER_SEC / 4; ticks < TICKS && clock() < until;)
        continue;
    verify(ticks >= TICKS, "the host's profiling timer ticks", __LINE__);
    done(when, lib, 0);
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    struct sigaction action = {.sa_handler = tick, .sa_flags = SA_RESTART | SA_ONSTACK};
    xsigaction(SIGPROF, &action, NULL);
    struct timeval interval = {.tv_usec = MICROSECONDS};
    struct itimerval timer = {.it_interval = interval, .it_value = interval};
    REQUIRE(setitimer(ITIMER_PROF, &timer, NULL) == 0);
    struct library *lib = xload(0);
    xstart(lib);
    expect_ticks("started", lib);
    xchurn(lib, 1, 7);
    expect_ticks("churned", lib);
    xstop(lib);
    expect_ticks("stopped", lib);
    struct itimerval off = {0};
    REQUIRE(setitimer(ITIMER_PROF, &off, NULL) == 0);
    return host_end(0);
}
