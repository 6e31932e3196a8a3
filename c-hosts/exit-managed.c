/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* A host function that managed code has called ends the process by exit, from below managed frames: the exit status is kept
 * and everything that managed code printed has arrived. */
//! runtimes: 1
//! needs: call
//! exit: 3
//! deadline: 3s
#include "coexist.h"
#include <stdlib.h>

static int64_t leave(void *arg)
{
    (void)arg;
    exit(host_end(3));
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    struct library *lib = xload(0);
    xstart(lib);
    xcallback(lib);
    xcall(lib, leave, NULL);
    return 1;
}
