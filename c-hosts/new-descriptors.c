/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Programs that the host starts do not inherit what a runtime has opened: every new descriptor is close-on-exec. */
//! runtimes: 1
//! needs: churn
//! deadline: 5s
#include "coexist.h"
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

enum { MOST = 1024, TARGET = 100 };

static bool was_open[MOST];

static void check_new(void)
{
    for (int fd = 0; fd < MOST; fd++) {
        int flags = fcntl(fd, F_GETFD);
        if (flags < 0 || was_open[fd])
            continue;
        bool closes = flags & FD_CLOEXEC;
        verify(closes, "a new descriptor is close-on-exec", __LINE__);
        if (closes)
            continue;
        char name[32], target[TARGET] = "";
        snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
        if (readlink(name, target, sizeof target - 1) >= 0)
            detail("%d is %s; ", fd, target);
    }
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    for (int fd = 0; fd < MOST; fd++)
        was_open[fd] = fcntl(fd, F_GETFD) >= 0;
    xlife(check_new);
    return host_end(0);
}
