/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* A thread of the host that has called a runtime ends and has not detached from it; the runtime collects and stops as if it had
 * not been. */
//! runtimes: 1
//! needs: call churn
//! deadline: 3s
#include "coexist.h"

static void *visit(void *arg)
{
    struct library *lib = arg;
    lane("visitor");
    xattach(lib);
    xwork(lib);
    return NULL;
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    struct library *lib = xload(0);
    xstart(lib);
    xjoin(xthread(visit, lib));
    xwork(lib);
    xstop(lib);
    return host_end(0);
}
