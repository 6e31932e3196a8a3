/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* A child that the host forks while the runtime is up calls managed code, which calls back and counts on from where the
 * parent was; the parent's runtime notices nothing of it. */
//! runtimes: 1
//! needs: call state
#include "coexist.h"

enum { DEADLINE = 1000, NUMBER = 23 };

static int64_t answer(void *arg)
{
    return *(const int64_t *)arg;
}

static void use(struct library *lib)
{
    int64_t number = NUMBER;
    verify_is(xcall(lib, answer, &number), NUMBER, "call returns what the host's function does",
              __LINE__);
    xcounts_on(lib);
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    struct library *lib = xload(0);
    xstart(lib);
    xcallback(lib);
    use(lib);
    step("child", lib);
    pid_t child = xfork("child");
    if (child == 0) {
        use(lib);
        child_end();
    }
    xwait_child(child, DEADLINE);
    done("child", lib, 0);
    use(lib);
    xstop(lib);
    return host_end(0);
}
