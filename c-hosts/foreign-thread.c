/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Threads that the host made and no runtime knows call in: two for each library at the same time,
 * coming a second time after they left, and one thread more that uses all libraries. */
//! runtimes: 1..2
//! variants: alone
//! needs: call
//! unordered: stdout
//! parts: callback foreign-thread
//! steps: load 1, start 1, load 2, start 2, attach 1 on threads, attach 2 on threads, callback 1 on threads, callback 2 on threads, call 1 on threads, call 2 on threads, detach 1 on threads, detach 2 on threads, stop 2, stop 1, exit
#include "coexist.h"

enum { THREADS = 2, MOST = 2 };

struct visitor {
    const char *lane;
    struct library *lib;
    int64_t number;
};

static struct library *libraries[MOST];
static pthread_barrier_t together;

static int64_t answer(void *arg)
{
    const struct visitor *visitor = arg;
    return visitor->number;
}

static void visit(struct library *lib, struct visitor *visitor)
{
    xattach(lib);
    xcallback(lib);
    verify_is(xcall(lib, answer, visitor), visitor->number,
              "call returns what the host's function does", __LINE__);
    xdetach(lib);
}

static void *visit_one(void *arg)
{
    struct visitor *visitor = arg;
    lane(visitor->lane);
    pthread_barrier_wait(&together);
    visit(visitor->lib, visitor);
    visit(visitor->lib, visitor);
    return NULL;
}

static void *visit_all(void *arg)
{
    struct visitor *visitor = arg;
    lane(visitor->lane);
    for (int i = 0; i < host_count(); i++)
        xattach(libraries[i]);
    for (int i = 0; i < host_count(); i++)
        xcallback(libraries[i]);
    for (int i = 0; i < host_count(); i++)
        verify_is(xcall(libraries[i], answer, visitor), visitor->number,
                  "call returns what the host's function does", __LINE__);
    for (int i = host_count() - 1; i >= 0; i--)
        xdetach(libraries[i]);
    return NULL;
}

int main(int argc, char **argv)
{
    static const char *const lanes[MOST][THREADS] = {{"a1", "a2"}, {"b1", "b2"}};
    host_begin(argc, argv);
    int count = host_count();
    REQUIRE(count <= MOST);
    for (int i = 0; i < count; i++) {
        libraries[i] = xload(i);
        xstart(libraries[i]);
    }

    struct visitor visitors[MOST * THREADS];
    REQUIRE(pthread_barrier_init(&together, NULL, (unsigned)(count * THREADS)) == 0);
    for (int i = 0; i < count * THREADS; i++)
        visitors[i] = (struct visitor){.lane = lanes[i / THREADS][i % THREADS],
                                       .lib = libraries[i / THREADS],
                                       .number = 10 + i};
    pthread_t threads[MOST * THREADS];
    for (int i = 0; i < count * THREADS; i++)
        threads[i] = xthread(visit_one, &visitors[i]);
    for (int i = 0; i < count * THREADS; i++)
        xjoin(threads[i]);

    struct visitor last = {.lane = "all", .number = -1};
    xjoin(xthread(visit_all, &last));
    for (int i = count - 1; i >= 0; i--)
        xstop(libraries[i]);
    return host_end(0);
}
