/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The children of the host are the host's: its waitpid gets the status of each, whether nobody waits for it at the time when it
 * ends or the host does. */
//! runtimes: 1
//! needs: call
//! modes: late waiting
#include "coexist.h"
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { STATUS = 3, CHILDREN = 3, MILLISECONDS = 5 };

static const struct timespec while_others_could = {.tv_nsec = MILLISECONDS * 1000000};

static pid_t end_soon(void)
{
    pid_t child = fork();
    if (child == 0) {
        if (host_is_mode("waiting"))
            nanosleep(&while_others_could, NULL);
        _exit(STATUS);
    }
    REQUIRE(child > 0);
    return child;
}

static void reap(pid_t child)
{
    if (host_is_mode("late")) {
        siginfo_t ended;
        while (waitid(P_PID, (id_t)child, &ended, WEXITED | WNOWAIT) != 0 && errno == EINTR)
            ;
        nanosleep(&while_others_could, NULL);
    }
    int status = 0;
    pid_t reaped;
    do
        reaped = waitpid(child, &status, 0);
    while (reaped < 0 && errno == EINTR);
    if (reaped != child) {
        verify(false, "the child is its parent's to wait for", __LINE__);
        detail("somebody else has waited for it");
        return;
    }
    verify(WIFEXITED(status) && WEXITSTATUS(status) == STATUS, "the child's status is kept",
           __LINE__);
}

static int64_t reap_one(void *arg)
{
    (void)arg;
    reap(end_soon());
    return 0;
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    struct library *lib = xload(0);
    xstart(lib);
    xcallback(lib);
    step("reap", lib);
    for (int i = 0; i < CHILDREN; i++)
        reap_one(NULL);
    done("reap", lib, 0);
    xcall(lib, reap_one, NULL);
    xstop(lib);
    step("reap", lib);
    reap_one(NULL);
    done("reap", lib, 0);
    return host_end(0);
}
