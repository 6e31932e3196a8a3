/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* A little of everything: what scenarios do that ask whether a library still works. */
#include "support.h"

static int64_t answer(void *arg)
{
    return *(const int64_t *)arg;
}

void xwork(struct library *lib)
{
    enum { MIB = 1, SEED = 7 };
    int64_t number = SEED;
    NEED(lib, call);
    step("call", lib);
    verify_is(lib->table->call(answer, &number), number,
              "call returns what the host's function does", 0);
    done("call", lib, 0);
    xchurn(lib, MIB, SEED);
}

void xcounts_on(struct library *lib)
{
    NEED(lib, state);
    step("state", lib);
    int64_t count = lib->table->state();
    verify(count >= 1 && lib->table->state() == count + 1, "state counts on", 0);
    done("state", lib, 0);
}
