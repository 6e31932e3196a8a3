/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The main thread is scheduled as before: on the same processors, by the same policy, with the same priority; and so is a
 * thread that it makes. */
//! runtimes: 1
//! needs: churn
//! deadline: 5s
//! unstressed: shuffled
#define _GNU_SOURCE
#include "coexist.h"
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

struct scheduling {
    cpu_set_t processors;
    int policy, priority, nice;
};

static struct scheduling before;

/* Of the calling thread, as all of these are on Linux. */
static struct scheduling scheduling_now(void)
{
    struct scheduling now = {.policy = sched_getscheduler(0)};
    struct sched_param parameters;
    REQUIRE(sched_getaffinity(0, sizeof now.processors, &now.processors) == 0);
    REQUIRE(sched_getparam(0, &parameters) == 0);
    now.priority = parameters.sched_priority;
    now.nice = getpriority(PRIO_PROCESS, 0);
    return now;
}

static void check_thread(const char *where)
{
    struct scheduling now = scheduling_now();
    bool processors = CPU_EQUAL(&now.processors, &before.processors);
    bool policy = now.policy == before.policy && now.priority == before.priority;
    bool nice = now.nice == before.nice;
    verify(processors, "the thread may run on the same processors", __LINE__);
    verify(policy, "the thread has its policy and priority", __LINE__);
    verify(nice, "the thread is as nice as before", __LINE__);
    if (!processors || !policy || !nice)
        detail("%s: %d processors, was %d; policy %d, was %d; nice %d, was %d", where,
               CPU_COUNT(&now.processors), CPU_COUNT(&before.processors), now.policy, before.policy,
               now.nice, before.nice);
}

static void *check_new(void *arg)
{
    check_thread(arg);
    return NULL;
}

static void check_threads(void)
{
    static char name[] = "a new thread";
    check_thread("main");
    xjoin(xthread(check_new, name));
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    before = scheduling_now();
    xlife(check_threads);
    return host_end(0);
}
