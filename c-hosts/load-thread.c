/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* A thread that is not the main thread loads and starts a library and ends; the main thread works with it. The thread's stack is
 * of the usual size, or of 64 KiB. */
//! runtimes: 1
//! needs: call churn
//! modes: usual small
//! deadline: 3s
#include "coexist.h"

enum { SMALL = 64 * 1024 };

static void *load(void *arg)
{
    struct library **lib = arg;
    lane("loader");
    *lib = xload(0);
    xstart(*lib);
    return NULL;
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    struct library *lib = NULL;
    xjoin(host_is_mode("small") ? xthread_sized(load, &lib, SMALL) : xthread(load, &lib));
    xattach(lib);
    xwork(lib);
    xstop(lib);
    return host_end(0);
}
