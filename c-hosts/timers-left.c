/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* After stop no timer of the runtime is running, neither of setitimer nor of timer_create. */
//! runtimes: 1
//! needs: stop churn state
//! deadline: 3s
#include "coexist.h"
#include <fcntl.h>
#include <sys/time.h>
#include <unistd.h>

static void check_interval(__itimer_which_t which, const char *name)
{
    struct itimerval timer;
    REQUIRE(getitimer(which, &timer) == 0);
    bool running = timer.it_value.tv_sec != 0 || timer.it_value.tv_usec != 0;
    verify(!running, "stop leaves no interval timer", __LINE__);
    if (running)
        detail("%s", name);
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    struct library *lib = xload(0);
    xstart(lib);
    xstate(lib);
    xchurn(lib, 1, 7);
    xstop(lib);

    step("stopped", lib);
    check_interval(ITIMER_REAL, "ITIMER_REAL");
    check_interval(ITIMER_VIRTUAL, "ITIMER_VIRTUAL");
    check_interval(ITIMER_PROF, "ITIMER_PROF");
    /* A kernel without CONFIG_POSIX_TIMERS has no such file, and no such timers. */
    int fd = open("/proc/self/timers", O_RDONLY | O_CLOEXEC);
    char text[256];
    ssize_t size = fd < 0 ? 0 : read(fd, text, sizeof text - 1);
    text[size > 0 ? size : 0] = '\0';
    verify(size <= 0, "stop leaves no timer of timer_create", __LINE__);
    if (size > 0)
        detail("%s", text);
    if (fd >= 0)
        close(fd);
    done("stopped", lib, 0);
    return host_end(0);
}
