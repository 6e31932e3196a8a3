/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* A host function that runs on a thread of the runtime's own making ends the process by exit, while the main thread waits
 * in managed code: the exit status is kept and everything that managed code printed has arrived. */
//! runtimes: 1
//! needs: spawn
//! exit: 3
//! deadline: 3s
#include "coexist.h"
#include <stdlib.h>

static int64_t leave(void *arg)
{
    exit(*(const int *)arg);
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    struct library *lib = xload(0);
    xstart(lib);
    xcallback(lib);
    /* Before: some languages' threads are threads, and others run on this one. */
    int status = host_end(3);
    xspawn(lib, leave, &status);
    return 1;
}
