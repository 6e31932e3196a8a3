/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* A program that the host runs gets nothing of the runtime: no descriptor that the host had not opened, no signal that is
 * ignored or blocked though the host did neither. */
//! runtimes: 1
#define _GNU_SOURCE
#include "coexist.h"
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { DESCRIPTORS = 1024 };

struct heritage {
    bool open[DESCRIPTORS]; /* and not closed by exec */
    bool ignored[NSIG], blocked[NSIG];
};

static void look(struct heritage *now)
{
    for (int fd = 0; fd < DESCRIPTORS; fd++) {
        int flags = fcntl(fd, F_GETFD);
        now->open[fd] = flags >= 0 && !(flags & FD_CLOEXEC);
    }
    sigset_t mask;
    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    for (int signal = 1; signal < NSIG; signal++) {
        now->ignored[signal] = handler_of(signal).function == (uintptr_t)SIG_IGN;
        now->blocked[signal] = sigismember(&mask, signal) == 1;
    }
}

static void tell_signal(const char *text, int signal)
{
    verify(false, text, 0);
    const char *name = sigabbrev_np(signal);
    detail("signal %d (%s)", signal, name == NULL ? "real-time" : name);
}

static void compare(const struct heritage *before, const struct heritage *after)
{
    for (int fd = 0; fd < DESCRIPTORS; fd++) {
        if (before->open[fd] || !after->open[fd])
            continue;
        verify(false, "no new descriptor is handed to a program", 0);
        char link[32], target[128] = "";
        snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        ssize_t length = readlink(link, target, sizeof target - 1);
        detail("%d is %s", fd, length < 0 ? "unknown" : target);
    }
    for (int signal = 1; signal < NSIG; signal++) {
        if (!before->ignored[signal] && after->ignored[signal])
            tell_signal("no more signals are ignored in a program", signal);
        if (!before->blocked[signal] && after->blocked[signal])
            tell_signal("no more signals are blocked in a program", signal);
    }
}

int main(int argc, char **argv)
{
    static struct heritage before, after;
    host_begin(argc, argv);
    look(&before);
    struct library *lib = xload(0);
    xstart(lib);
    xcallback(lib);
    step("inherited", lib);
    look(&after);
    compare(&before, &after);
    done("inherited", lib, 0);
    xstop(lib);
    return host_end(0);
}
