/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The host forks before the runtime is up: parent and child each start it for themselves, whether the library was loaded
 * before the fork or not. */
//! runtimes: 1
//! needs: call
//! modes: loaded not-loaded
//! deadline: 5s
#include "coexist.h"

enum { DEADLINE = 3000, NUMBER = 23 };

static int64_t answer(void *arg)
{
    return *(const int64_t *)arg;
}

static void bring_up(struct library *lib)
{
    int64_t number = NUMBER;
    xstart(lib);
    verify_is(xcall(lib, answer, &number), NUMBER, "call returns what the host's function does",
              __LINE__);
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    struct library *lib = NULL;
    if (host_is_mode("loaded"))
        lib = xload(0);
    step("child", lib);
    pid_t child = xfork("child");
    if (child == 0) {
        bring_up(lib == NULL ? xload(0) : lib);
        child_end();
    }
    xwait_child(child, DEADLINE);
    done("child", lib, 0);
    if (lib == NULL)
        lib = xload(0);
    bring_up(lib);
    xcallback(lib);
    xstop(lib);
    return host_end(0);
}
