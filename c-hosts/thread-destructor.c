/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* A thread of the host that ends calls a runtime from the destructor of a thread-specific value, once more or for the first
 * time. */
//! runtimes: 1
//! needs: call churn
//! modes: again first
//! deadline: 3s
#include "coexist.h"

static pthread_key_t key;

static void visit(struct library *lib)
{
    xattach(lib);
    xwork(lib);
    xdetach(lib);
}

static void at_end(void *lib)
{
    step("destructor", lib);
    visit(lib);
    done("destructor", lib, 0);
}

static void *live(void *lib)
{
    lane("visitor");
    REQUIRE(pthread_setspecific(key, lib) == 0);
    if (host_is_mode("again"))
        visit(lib);
    return NULL;
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    REQUIRE(pthread_key_create(&key, at_end) == 0);
    struct library *lib = xload(0);
    xstart(lib);
    xjoin(xthread(live, lib));
    xwork(lib);
    xstop(lib);
    return host_end(0);
}
