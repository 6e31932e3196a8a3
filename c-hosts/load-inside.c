/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* A host's function that managed code of one runtime has called loads, starts and uses another one. */
//! runtimes: 2
//! needs: call state
//! variants: alone
//! deadline: 5s
//! parts: callback
//! steps: load 1, start 1, call 1, load 2 nested, start 2 nested, callback 2 nested, call 2 nested, callback 1, state 1, state 2, stop 2, stop 1, exit
#include "coexist.h"

enum { NUMBER = 23 };

static int64_t answer(void *arg)
{
    return *(const int64_t *)arg;
}

static int64_t bring_up(void *arg)
{
    struct library **second = arg;
    *second = xload(1);
    xstart(*second);
    xcallback(*second);
    int64_t number = NUMBER;
    verify_is(xcall(*second, answer, &number), NUMBER, "call returns what the host's function does",
              __LINE__);
    return NUMBER;
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    struct library *first = xload(0), *second = NULL;
    xstart(first);
    verify_is(xcall(first, bring_up, &second), NUMBER, "call returns what the host's function does",
              __LINE__);
    xcallback(first);
    xcounts_on(first);
    xcounts_on(second);
    xstop(second);
    xstop(first);
    return host_end(0);
}
