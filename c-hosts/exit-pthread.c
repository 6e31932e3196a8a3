/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The main thread ends by pthread_exit, and no thread of the host is left: the process ends with status 0, and everything
 * that managed code printed has arrived. */
//! runtimes: 1
//! deadline: 3s
#include "coexist.h"

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    struct library *lib = xload(0);
    xstart(lib);
    xcallback(lib);
    host_end(0);
    pthread_exit(NULL);
}
