/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* A stack overflow in managed code becomes the language's error, on the main thread and on another one, and does so again. */
//! runtimes: 1
//! needs: overflow
//! modes: main thread
//! deadline: 5s
#include "coexist.h"

static void *twice(void *arg)
{
    struct library *lib = arg;
    xoverflow(lib);
    xoverflow(lib);
    return NULL;
}

static void *on_thread(void *arg)
{
    struct library *lib = arg;
    lane("thread");
    xattach(lib);
    twice(lib);
    xdetach(lib);
    return NULL;
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    struct library *lib = xload(0);
    xstart(lib);
    if (host_is_mode("thread"))
        xjoin(xthread(on_thread, lib));
    else
        twice(lib);
    xcallback(lib);
    xstop(lib);
    return host_end(0);
}
