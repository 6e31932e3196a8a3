/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* What a runtime changes in its host's process, step by step: handlers and masks of signals, limits, floating-point
 * control, locale, environment, descriptors, timers, flags of the process. */
//! needs: call churn
//! unstressed: shuffled
//! also: c+cpp
//! also: c+go
//! also: go+c
//! also: go+go
//! also: go+jvm
//! also: jvm+go
//! also: jvm+mono
//! also: mono+jvm
//! footprint: compared
//! budget: threads 256
//! budget: resident 256 MiB
//! budget: reserved 2 TiB
//! budget: mappings 2000
//! budget: descriptors 64
//! parts: footprint
//! steps: load 1, load 2, start 1, start 2, callback 1, call 1, callback 2, call 2, churn 1, churn 2, stop 2, stop 1, exit
#include "coexist.h"
#include <signal.h>
#include <sys/resource.h>

enum { MOST = 2, SOFT_FILES = 1024, HARD_FILES = 4096, MIB = 4, PATIENCE = 200 };

static void on_signal(int signal)
{
    (void)signal;
}

static int64_t from_managed_code(void *arg)
{
    (void)arg;
    return 1;
}

/* The host has a handler without SA_ONSTACK, and limits that are the same on every machine. */
static void prepare(void)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    REQUIRE(sigaction(SIGUSR1, &action, NULL) == 0);
    const struct rlimit files = {.rlim_cur = SOFT_FILES, .rlim_max = HARD_FILES};
    REQUIRE(setrlimit(RLIMIT_NOFILE, &files) == 0);
}

/* What a runtime still does in its own threads belongs to the step that began it. */
static void stand(const char *name)
{
    settle(PATIENCE);
    mark(name);
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    int count = host_count();
    REQUIRE(count <= MOST);
    struct library *libraries[MOST];
    prepare();
    stand("begin");
    for (int i = 0; i < count; i++) {
        libraries[i] = xload(i);
        stand("loaded");
    }
    for (int i = 0; i < count; i++) {
        xstart(libraries[i]);
        stand("started");
    }
    for (int i = 0; i < count; i++) {
        xcallback(libraries[i]);
        verify_is(xcall(libraries[i], from_managed_code, NULL), 1,
                  "call returns what the host's function does", __LINE__);
        stand("called");
    }
    for (int i = 0; i < count; i++) {
        xchurn(libraries[i], MIB, 1000u * (uint32_t)(i + 1));
        stand("churned");
    }
    for (int i = count - 1; i >= 0; i--) {
        xstop(libraries[i]);
        stand("stopped");
    }
    return host_end(0);
}
