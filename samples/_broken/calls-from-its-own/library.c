/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* All copies share a lock that no other one gets while a call is on: a library that is loaded inside one cannot start. */
#define SAMPLE calls_from_its_own
#define ID "calls-from-its-own"
#define START start_locked
#define CALL call_locked
#include "coexist_runtime.h"
static int start_locked(const coexist_host *host);
static int64_t call_locked(coexist_fn fn, void *arg);
#include "skeleton.h"

/* Of the process: each copy has variables of its own. */
static const char lock[] = "COEXIST_SAMPLE_CALLS";

static int start_locked(const coexist_host *host)
{
    return getenv(lock) != NULL ? 1 : sample_start(host);
}

static int64_t call_locked(coexist_fn fn, void *arg)
{
    setenv(lock, "1", 1);
    int64_t result = fn(arg);
    unsetenv(lock);
    return result;
}
