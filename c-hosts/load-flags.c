/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* A library works however it comes into the process: bound lazily, for all to see, before the host's own symbols, linked, or
 * preloaded. */
//! runtimes: 1
//! needs: call state
//! modes: lazy global deepbind linked preload
#define _GNU_SOURCE
#include "coexist.h"
#include <dlfcn.h>

enum { NUMBER = 23 };

static int64_t answer(void *arg)
{
    return *(const int64_t *)arg;
}

static struct library *load(void)
{
    if (host_is_mode("lazy"))
        return xload_flags(0, RTLD_LAZY | RTLD_LOCAL);
    if (host_is_mode("global"))
        return xload_flags(0, RTLD_NOW | RTLD_GLOBAL);
    if (host_is_mode("deepbind"))
        return xload_flags(0, RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND);
    return xload(0);
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    struct library *lib = load();
    xstart(lib);
    xcallback(lib);
    int64_t number = NUMBER;
    verify_is(xcall(lib, answer, &number), NUMBER, "call returns what the host's function does",
              __LINE__);
    xcounts_on(lib);
    xstop(lib);
    return host_end(0);
}
