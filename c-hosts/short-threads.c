/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Two hundred threads of the host come, call managed code, and end, eight at a time, by turns for each of the libraries. */
//! runtimes: 1..2
//! needs: call
//! variants: alone
//! deadline: 5s
//! parts: callback short-threads
//! steps: load 1, start 1, load 2, start 2, attach 1 on threads, call 1 on threads, detach 1 on threads, attach 2 on threads, call 2 on threads, detach 2 on threads, visitors, callback 1, callback 2, stop 2, stop 1, exit
#include "coexist.h"

enum { ROUNDS = 25, THREADS = 8, MOST = 2 };

struct visitor {
    struct library *lib;
    int64_t number;
    bool good;
};

static int64_t answer(void *arg)
{
    return ((const struct visitor *)arg)->number;
}

/* No steps: two hundred times the same would hide the rest of the trace. */
static void *visit(void *arg)
{
    struct visitor *visitor = arg;
    const coexist_runtime *table = visitor->lib->table;
    bool attached = table->attach == NULL || table->attach() == 0;
    visitor->good = attached && table->call(answer, visitor) == visitor->number;
    if (table->detach != NULL)
        visitor->good &= table->detach() == 0;
    return NULL;
}

static void visit_all(struct library *lib)
{
    struct visitor visitors[THREADS];
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        visitors[i] = (struct visitor){.lib = lib, .number = i};
        threads[i] = xthread(visit, &visitors[i]);
    }
    for (int i = 0; i < THREADS; i++)
        xjoin(threads[i]);
    for (int i = 0; i < THREADS; i++)
        verify(visitors[i].good, "a thread that comes and goes is answered", __LINE__);
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    int count = host_count();
    REQUIRE(count <= MOST);
    struct library *libraries[MOST];
    for (int i = 0; i < count; i++) {
        libraries[i] = xload(i);
        xstart(libraries[i]);
    }
    step("visitors", NULL);
    for (int round = 0; round < ROUNDS; round++)
        visit_all(libraries[round % count]);
    done("visitors", NULL, 0);
    for (int i = 0; i < count; i++)
        xcallback(libraries[i]);
    for (int i = count - 1; i >= 0; i--)
        xstop(libraries[i]);
    return host_end(0);
}
