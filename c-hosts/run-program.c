/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The host runs another program, which ends with the status that it should: by fork and exec, vfork and exec or posix_spawn while
 * the runtime is up, or by fork and exec after it was shut down, or unloaded as well. */
//! runtimes: 1
//! modes: fork vfork posix-spawn after-stop after-unload
//! deadline: 5s
#define _GNU_SOURCE
#include "coexist.h"
#include <spawn.h>
#include <stdlib.h>
#include <unistd.h>

enum { DEADLINE = 2000, CANNOT = 127 };

static char program[] = "/bin/true";
static char *const arguments[] = {program, NULL};

static pid_t run(void)
{
    pid_t child = -1;
    if (host_is_mode("posix-spawn")) {
        REQUIRE(posix_spawn(&child, program, NULL, NULL, arguments, environ) == 0);
        return child;
    }
    child = host_is_mode("vfork") ? vfork() : fork();
    if (child == 0) {
        execve(program, arguments, environ);
        _exit(CANNOT);
    }
    REQUIRE(child > 0);
    return child;
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    struct library *lib = xload(0);
    xstart(lib);
    xcallback(lib);
    bool unload = host_is_mode("after-unload");
    bool stopped = unload || host_is_mode("after-stop");
    if (stopped)
        xstop(lib);
    if (unload)
        xunload(lib);
    step("program", NULL);
    xwait_child(run(), DEADLINE);
    done("program", NULL, 0);
    if (!stopped)
        xstop(lib);
    return host_end(0);
}
