/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* A Python program loads libraries with ctypes and calls them, from its main thread and another
 * one; their managed code calls Python again, to depth 16, with the interpreter's lock given up and
 * taken each time. Python keeps what is its own meanwhile, also with the library on the stack:
 * exceptions, collections, endless recursion. */
//! runtimes: 1
//! vm: python
//! needs: call
//! also: go+go
//! also: go+go@1.21
//! also: go+rust
//! also: rust+go
//! deadline: 30s
#include "coexist.h"

/* What host.py calls; its functions for managed code are coexist_fn as they are. */
#define CALLED __attribute__((visibility("default")))

static struct library *libraries[8];

CALLED int python_begin(int argc, char **argv)
{
    host_begin(argc, argv);
    REQUIRE(host_count() <= (int)(sizeof libraries / sizeof *libraries));
    return host_count();
}

CALLED const char *python_path(int index)
{
    return host_path(index);
}

CALLED void python_load_begin(int index)
{
    xload_begin(index);
}

CALLED void python_load_end(int index, const char *error)
{
    libraries[index] = xload_end(index, error);
}

CALLED void python_start(int index)
{
    xstart(libraries[index]);
}

CALLED void python_stop(int index)
{
    xstop(libraries[index]);
}

CALLED void python_attach(int index)
{
    xattach(libraries[index]);
}

CALLED void python_detach(int index)
{
    xdetach(libraries[index]);
}

CALLED void python_callback(int index)
{
    xcallback(libraries[index]);
}

/* Without a step: Python makes one for all levels. */
CALLED int64_t python_call(int index, coexist_fn work)
{
    return libraries[index]->table->call(work, NULL);
}

CALLED void python_spawn(int index, coexist_fn work, int64_t expected)
{
    if (libraries[index]->table->spawn == NULL)
        return;
    step("spawn", libraries[index]);
    verify_is(libraries[index]->table->spawn(work, NULL), expected,
              "spawn returns what the host's function does", __LINE__);
    done("spawn", libraries[index], 0);
}

CALLED void python_lane(const char *name)
{
    lane(name);
}

CALLED void python_step(const char *name, int index)
{
    step(name, libraries[index]);
}

CALLED void python_done(const char *name, int index)
{
    done(name, libraries[index], 0);
}

CALLED void python_value(const char *name, int64_t number)
{
    value(name, number);
}

CALLED void python_failed(const char *text, int line)
{
    verify(false, text, line);
}

CALLED int python_end(int status)
{
    return host_end(status);
}
