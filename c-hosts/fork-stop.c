/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* A child that the host forks while the runtime is up shuts it down for itself: its line arrives, the line that its parent
 * had printed before the fork arrives once, and the parent's runtime works on. */
//! runtimes: 1
//! needs: stop
//! modes: quiet printed
//! unordered: stdout
#include "coexist.h"

enum { DEADLINE = 1000 };

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    struct library *lib = xload(0);
    xstart(lib);
    if (host_is_mode("printed"))
        xcallback(lib);
    step("child", lib);
    pid_t child = xfork("child");
    if (child == 0) {
        xcallback(lib);
        xstop(lib);
        child_end();
    }
    xwait_child(child, DEADLINE);
    done("child", lib, 0);
    xcallback(lib);
    xstop(lib);
    return host_end(0);
}
