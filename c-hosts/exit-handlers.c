/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The handlers that the host registered with atexit and at_quick_exit, before a runtime was loaded, while it was up and at the end, all run
 * when the process ends, the last one first. */
//! runtimes: 1
//! modes: return managed quick
//! needs: call state
//! exit: 3
//! deadline: 5s
#include "coexist.h"
#include <stdlib.h>
#include <unistd.h>

enum { HANDLERS = 3, ALL_HAVE_RUN = 3, SOME_HAVE_NOT = 1 };

static int next = HANDLERS;

static void check_turn(int number)
{
    verify(number == next, "the handlers run in reverse order", __LINE__);
    next = number - 1;
}

/* Of all handlers this one is the last: the status that the process was to end with says that it did not run. */
static void first(void)
{
    check_turn(1);
    _exit(next == 0 ? ALL_HAVE_RUN : SOME_HAVE_NOT);
}

static void second(void)
{
    check_turn(2);
}

static void third(void)
{
    check_turn(3);
}

static void add(void (*handler)(void))
{
    REQUIRE(atexit(handler) == 0);
    REQUIRE(at_quick_exit(handler) == 0);
}

static int64_t leave(void *arg)
{
    (void)arg;
    exit(host_end(SOME_HAVE_NOT));
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    add(first);
    struct library *lib = xload(0);
    xstart(lib);
    add(second);
    xstate(lib);
    add(third);
    if (host_is_mode("managed"))
        xcall(lib, leave, NULL);
    if (host_is_mode("quick"))
        quick_exit(host_end(SOME_HAVE_NOT));
    return host_end(SOME_HAVE_NOT);
}
