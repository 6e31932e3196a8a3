/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* A child that the host forks while the runtime is up starts a managed thread, and its parent another one afterwards. */
//! runtimes: 1
//! needs: spawn
//! modes: fresh used
#include "coexist.h"

enum { DEADLINE = 1000, NUMBER = 23 };

static int64_t answer(void *arg)
{
    return *(const int64_t *)arg;
}

static void spawn(struct library *lib)
{
    int64_t number = NUMBER;
    verify_is(xspawn(lib, answer, &number), NUMBER, "spawn returns what the host's function does",
              __LINE__);
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    struct library *lib = xload(0);
    xstart(lib);
    /* A scheduler may have threads, which the child has not, from its first task on. */
    if (host_is_mode("used"))
        spawn(lib);
    step("child", lib);
    pid_t child = xfork("child");
    if (child == 0) {
        spawn(lib);
        child_end();
    }
    xwait_child(child, DEADLINE);
    done("child", lib, 0);
    spawn(lib);
    xstop(lib);
    return host_end(0);
}
