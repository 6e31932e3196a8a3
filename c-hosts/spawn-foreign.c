/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* A thread that the host made starts managed threads, whose functions call managed code again. */
//! runtimes: 1
//! needs: call spawn
//! deadline: 3s
#include "coexist.h"

enum { NUMBER = 23, TIMES = 3 };

static struct library *lib;

static int64_t answer(void *arg)
{
    return *(const int64_t *)arg;
}

static int64_t call_again(void *arg)
{
    return lib->table->call(answer, arg);
}

static void *visit(void *arg)
{
    lane("visitor");
    xattach(lib);
    for (int i = 0; i < TIMES; i++)
        verify_is(xspawn(lib, call_again, arg), NUMBER,
                  "spawn returns what the host's function does", __LINE__);
    xdetach(lib);
    return NULL;
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    lib = xload(0);
    xstart(lib);
    int64_t number = NUMBER;
    xjoin(xthread(visit, &number));
    xcallback(lib);
    xstop(lib);
    return host_end(0);
}
