/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* A child that the host forks while the runtime is up allocates and collects, and its parent afterwards. */
//! runtimes: 1
//! needs: churn
//! modes: fresh used
#include "coexist.h"

enum { DEADLINE = 2000, MIB = 2 };

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    struct library *lib = xload(0);
    xstart(lib);
    /* A collector may have threads from its first collection on. */
    if (host_is_mode("used"))
        xchurn(lib, MIB, 1);
    step("child", lib);
    pid_t child = xfork("child");
    if (child == 0) {
        xchurn(lib, MIB, 2);
        child_end();
    }
    xwait_child(child, DEADLINE);
    done("child", lib, 0);
    xchurn(lib, MIB, 3);
    xstop(lib);
    return host_end(0);
}
