/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* A null dereference in managed code of one runtime still becomes its error when another runtime is up, which was loaded after it or, in the
 * mode later, before it. */
//! runtimes: 2
//! needs-first: fault
//! variants: alone
//! modes: first later
//! deadline: 3s
//! parts: callback
//! parts-first: fault
//! steps: load 1, start 1, fault 1, load 2, start 2, fault 1, fault 1
//! steps: later: load 2, start 2, load 1, start 1, fault 1, fault 1
#include "coexist.h"
#include <unistd.h>

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    bool later = host_is_mode("later");
    struct library *other = later ? xload(1) : NULL;
    if (later)
        xstart(other);
    struct library *lib = xload(0);
    xstart(lib);
    if (!later) {
        xfault(lib);
        other = xload(1);
        xstart(other);
    }
    xfault(lib);
    xfault(lib);
    /* How a process ends with runtimes up is another scenario's property. */
    _exit(host_end(0));
}
