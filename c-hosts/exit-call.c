/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The host calls exit, from its main thread or from another one, while the runtime is up: the exit status is kept and
 * everything that managed code printed has arrived. */
//! runtimes: 1
//! modes: main thread
//! exit: 3
//! deadline: 3s
#include "coexist.h"
#include <stdlib.h>

enum { ROUNDS = 3 };

static void *leave(void *arg)
{
    (void)arg;
    lane(host_mode());
    exit(host_end(3));
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    struct library *lib = xload(0);
    xstart(lib);
    for (int round = 0; round < ROUNDS; round++)
        xcallback(lib);
    if (host_is_mode("main"))
        leave(NULL);
    xjoin(xthread(leave, NULL));
    return 1;
}
