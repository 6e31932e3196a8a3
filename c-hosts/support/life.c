/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The life of one library, for scenarios about what it changes in its process. */
#include "support.h"

static void look(const char *after, void (*check)(void))
{
    step(after, NULL);
    check();
    done(after, NULL, 0);
}

void xlife(void (*check)(void))
{
    enum { MIB = 1, SEED = 7 };
    struct library *lib = xload(0);
    look("loaded", check);
    xstart(lib);
    look("started", check);
    xcallback(lib);
    xchurn(lib, MIB, SEED);
    look("worked", check);
    xstop(lib);
    look("stopped", check);
}

struct library *xgone(void)
{
    struct library *lib = xload(0);
    xstart(lib);
    xstate(lib);
    if (host_is_mode("stop"))
        xstop(lib);
    xunload(lib);
    return lib;
}
