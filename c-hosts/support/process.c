/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Children of the host, each with a time of its own, so that one that hangs is seen as one that hangs. */
#define _GNU_SOURCE
#include "support.h"
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

pid_t xfork(const char *lane_name)
{
    static int children;
    children++;
    /* What stdio holds would be written by both. */
    fflush(stdout);
    pid_t child = fork();
    require(child >= 0, "fork", 0);
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        lane_of_child(lane_name, children);
    }
    return child;
}

void child_end(void)
{
    fflush(stdout);
    _exit(check_failed() ? 1 : 0);
}

/* A pidfd, so that nobody's SIGCHLD and nobody's SA_NOCLDWAIT matters. */
int wait_child(pid_t child, int milliseconds)
{
    int fd = (int)syscall(SYS_pidfd_open, child, 0);
    if (fd < 0)
        return CHILD_LOST;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    int64_t until = now.tv_sec * 1000 + now.tv_nsec / 1000000 + milliseconds;
    struct pollfd ended = {.fd = fd, .events = POLLIN};
    int ready = 0;
    for (int64_t left = milliseconds; left > 0;) {
        ready = poll(&ended, 1, (int)left);
        if (ready >= 0 || errno != EINTR)
            break;
        clock_gettime(CLOCK_MONOTONIC, &now);
        left = until - (now.tv_sec * 1000 + now.tv_nsec / 1000000);
    }
    close(fd);
    bool hung = ready <= 0;
    if (hung) {
        mark_hung();
        kill(child, SIGKILL);
    }
    int status;
    pid_t reaped;
    do
        reaped = waitpid(child, &status, 0);
    while (reaped < 0 && errno == EINTR);
    if (reaped != child)
        return CHILD_LOST;
    return hung ? CHILD_HUNG : status;
}

void xwait_child(pid_t child, int milliseconds)
{
    int status = wait_child(child, milliseconds);
    if (status == CHILD_HUNG) {
        verify(false, "the child ends in its time", 0);
        detail("it was killed after %d ms", milliseconds);
    } else if (status == CHILD_LOST) {
        verify(false, "the child is its parent's to wait for", 0);
        detail("somebody else has waited for it");
    } else if (WIFSIGNALED(status)) {
        verify(false, "the child is not ended by a signal", 0);
        const char *name = sigabbrev_np(WTERMSIG(status));
        detail("SIG%s", name != NULL ? name : "RT");
    } else if (WEXITSTATUS(status) != 0) {
        verify(false, "the child ends with status 0", 0);
        detail("status %d", WEXITSTATUS(status));
    }
}
