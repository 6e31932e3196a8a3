/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* After stop the process has as many open descriptors as before the library was loaded. */
//! runtimes: 1
//! needs: stop churn state
//! deadline: 3s
#include "coexist.h"
#include <stdio.h>
#include <unistd.h>

enum { MOST = 1024, PATH = 256 };

static bool was_open[MOST];

static void for_each(void (*act)(int fd, const char *target))
{
    for (int fd = 0; fd < MOST; fd++) {
        char name[32], target[PATH];
        snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
        ssize_t size = readlink(name, target, sizeof target - 1);
        if (size < 0)
            continue;
        target[size] = '\0';
        act(fd, target);
    }
}

static void remember(int fd, const char *target)
{
    (void)target;
    was_open[fd] = true;
}

static void name_new(int fd, const char *target)
{
    if (!was_open[fd])
        detail("%d is %s; ", fd, target);
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    for_each(remember);
    int before = descriptors_now();
    struct library *lib = xload(0);
    xstart(lib);
    xstate(lib);
    xchurn(lib, 1, 7);
    xstop(lib);

    step("stopped", lib);
    int left = descriptors_now() - before;
    verify(left == 0, "stop leaves the descriptors as they were", __LINE__);
    if (left != 0)
        for_each(name_new);
    done("stopped", lib, 0);
    return host_end(0);
}
