/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* A host's function that managed code has called forks. The child ends there, or returns through the managed frames first;
 * the parent returns through them in any case, and works on. */
//! runtimes: 1
//! needs: call
//! modes: end return
#include "coexist.h"

enum { DEADLINE = 1000 };

static struct library *lib;
static pid_t child;

static int64_t fork_here(void *arg)
{
    (void)arg;
    child = xfork("child");
    if (child == 0 && host_is_mode("end"))
        child_end();
    return child == 0 ? 1 : 2;
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    lib = xload(0);
    xstart(lib);
    step("forking", lib);
    int64_t who = lib->table->call(fork_here, NULL);
    verify_is(who, child == 0 ? 1 : 2, "call returns what the host's function does", __LINE__);
    if (child == 0)
        child_end();
    xwait_child(child, DEADLINE);
    done("forking", lib, 0);
    xcall(lib, fork_here, NULL);
    if (child == 0)
        child_end();
    xwait_child(child, DEADLINE);
    xcallback(lib);
    xstop(lib);
    return host_end(0);
}
