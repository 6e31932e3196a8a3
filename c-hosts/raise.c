/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Each runtime throws and catches errors of its own: alone, while the other one is on the stack
 * above it, and again below calls of its own. No unwinder strays into a stranger's frames. */
//! runtimes: 1..2
//! variants: alone
//! needs: call raise
//! parts: callback raise
//! steps: load 1, start 1, load 2, start 2, raise 1, raise 2, call 1, raise 1 nested, raise 2 nested, call 2, raise 1 nested, raise 2 nested, stop 2, stop 1, exit
#include "coexist.h"

enum { MOST = 2 };

static struct library *libraries[MOST];

static int64_t raise_all(void *arg)
{
    const int64_t *payload = arg;
    for (int i = 0; i < host_count(); i++)
        xraise(libraries[i], *payload + i);
    return *payload;
}

/* Enters the library after the one that called this, and throws from there. */
static int64_t enter_next(void *arg)
{
    const int *index = arg;
    int64_t payload = -(INT64_C(1) << 40);
    return xcall(libraries[(*index + 1) % host_count()], raise_all, &payload);
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    int count = host_count();
    REQUIRE(count <= MOST);
    for (int i = 0; i < count; i++) {
        libraries[i] = xload(i);
        xstart(libraries[i]);
    }
    int64_t payload = 42;
    raise_all(&payload);
    for (int i = 0; i < count; i++) {
        xcall(libraries[i], raise_all, &payload);
        xcall(libraries[i], enter_next, &i);
    }
    for (int i = count - 1; i >= 0; i--)
        xstop(libraries[i]);
    return host_end(0);
}
