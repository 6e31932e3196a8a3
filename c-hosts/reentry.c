/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Managed code calls the host, which calls managed code, and so on to depth 64: through one
 * runtime, or through two by turns. The right value comes back at every level. */
//! runtimes: 1..2
//! variants: alone
//! needs: call
//! parts: callback
//! steps: load 1, start 1, load 2, start 2, call 1, call 2 nested, call 1 nested, callback 1, callback 2, stop 2, stop 1, exit
#include "coexist.h"

enum { DEPTH = 64, MOST = 2 };

/* Each level has a value of its own, of 64 bits and of either sign, that the next one's can't be
 * taken for. */
static int64_t value_of(int level)
{
    int64_t wide = INT64_C(0x0123456789abcdef) + level;
    return level % 2 == 0 ? wide : -wide;
}

static struct library *libraries[MOST];
static int deepest;

static int64_t descend(void *arg)
{
    const int *level = arg;
    static bool told;
    if (*level > deepest)
        deepest = *level;
    if (*level < DEPTH) {
        int next = *level + 1;
        const struct library *lib = libraries[*level % host_count()];
        int64_t result = lib->table->call(descend, &next);
        if (result != value_of(next) && !told) {
            told = true;
            verify(false, "wrong value from re-entry", __LINE__);
        }
    }
    return value_of(*level);
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    REQUIRE(host_count() <= MOST);
    for (int i = 0; i < host_count(); i++) {
        libraries[i] = xload(i);
        REQUIRE(libraries[i]->table->call != NULL);
        xstart(libraries[i]);
    }

    /* One step for all levels: 64 would say the same 64 times. */
    int level = 0;
    step("call", libraries[0]);
    descend(&level);
    done("call", libraries[0], 0);
    value("depth reached", deepest);

    for (int i = 0; i < host_count(); i++)
        xcallback(libraries[i]);
    for (int i = host_count() - 1; i >= 0; i--)
        xstop(libraries[i]);
    return host_end(0);
}
