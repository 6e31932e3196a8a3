/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* What is called after stop is refused or works, and does not take the process with it. */
//! runtimes: 1
//! needs: stop state call churn
//! modes: state call churn
//! deadline: 3s
#include "coexist.h"

static int64_t answer(void *arg)
{
    return *(const int64_t *)arg;
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    struct library *lib = xload(0);
    xstart(lib);
    xstate_is(lib, 1);
    xstop(lib);

    /* Whatever they return: an error has no form of its own in most of them. */
    step(host_mode(), lib);
    if (host_is_mode("state"))
        lib->table->state();
    if (host_is_mode("call"))
        lib->table->call(answer, &(int64_t){7});
    uint64_t sum;
    if (host_is_mode("churn"))
        lib->table->churn(1, 7, &sum);
    done(host_mode(), lib, 0);
    return host_end(0);
}
