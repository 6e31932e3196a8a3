/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* A write to a closed pipe does what the host chose before it loaded the library: SIGPIPE goes to its handler, is ignored, or ends the
 * process. */
//! runtimes: 1
//! needs: churn
//! modes: handled ignored default
//! deadline: 5s
#include "support/signals.h"
#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t runs;

static void handle(int signal)
{
    (void)signal;
    runs++;
}

static bool write_fails(void)
{
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    close(ends[0]);
    errno = 0;
    bool failed = write(ends[1], "", 1) == -1 && errno == EPIPE;
    close(ends[1]);
    return failed;
}

static void in_child(void)
{
    pid_t child = xfork("child");
    if (child == 0) {
        write_fails();
        _exit(0);
    }
    int status = wait_child(child, 1000);
    bool ended = WIFSIGNALED(status) && WTERMSIG(status) == SIGPIPE;
    verify(ended, "SIGPIPE still ends a process that has no handler for it", __LINE__);
    if (!ended)
        detail("%s", owner_of(handler_of(SIGPIPE).function));
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    bool handled = host_is_mode("handled");
    if (handled)
        xhandle(SIGPIPE, handle);
    if (host_is_mode("ignored"))
        xhandle(SIGPIPE, SIG_IGN);
    struct library *lib = xload(0);
    xstart(lib);
    xchurn(lib, 1, 7);
    step("write", lib);
    if (host_is_mode("default")) {
        in_child();
    } else {
        VERIFY(write_fails());
        VERIFY(runs == (handled ? 1 : 0));
    }
    done("write", lib, 0);
    xstop(lib);
    return host_end(0);
}
