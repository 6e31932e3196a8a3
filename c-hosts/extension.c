/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* A runtime that loads an extension module finds its own symbols for it, whether its library was loaded for all to see or not. */
//! runtimes: 1
//! flavour: extension
//! modes: local global
#define _GNU_SOURCE
#include "coexist.h"
#include <dlfcn.h>

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    struct library *lib = xload_flags(0, RTLD_NOW | (host_is_mode("global") ? RTLD_GLOBAL : RTLD_LOCAL));
    /* The runtime loads its extension as it starts, and uses it. */
    xstart(lib);
    xcallback(lib);
    xstop(lib);
    return host_end(0);
}
