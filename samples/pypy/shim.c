/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * The PyPy sample's shim: the table, and what main.py finds as `lib`. It marshals.
 *
 * The functions managed_... are main.py's. For each call of one, cffi takes the interpreter's lock and makes
 * the thread known to PyPy, for as long as the call lasts.
 */
#include "coexist_runtime.h"

#include "host.h"
#include "managed.h"
#include <stdatomic.h>
#include <stdbool.h>

int managed_start(void);

static const coexist_host *_Atomic the_host;
static bool started;
static char version_text[64];

static void callback(void)
{
    managed_callback();
}

/* What main.py calls. */

void host_emit(const char *what, int64_t value)
{
    const coexist_host *host = atomic_load(&the_host);
    if (host)
        host->emit(host, what, value);
}

void host_live(const void *block, size_t size)
{
    const coexist_host *host = atomic_load(&the_host);
    if (host)
        host->live(host, block, size);
}

void host_test(const char *name)
{
#ifdef EAGER
    coexist_test(name, callback);
#else
    (void)name;
#endif
}

/* What the host calls. */

static const char *version(void)
{
    return version_text;
}

static int start(const coexist_host *host)
{
    atomic_store(&the_host, host);
    if (started)
        return 0;
    if (managed_start() != 0)
        return 1;
    managed_version(version_text, sizeof version_text);
    started = true;
    return 0;
}

static size_t backtrace(char *buf, size_t len)
{
    return len == 0 ? 0 : managed_backtrace(buf, len);
}

static const coexist_runtime runtime = {
    .abi = COEXIST_ABI,
    .size = sizeof(coexist_runtime),
    .id = "pypy",
    .title = "PyPy",
    .version = version,
    .start = start,
    .callback = callback,
    .call = managed_call,
    .churn = managed_churn,
    .raise = managed_catch,
    .overflow = managed_overflow,
    .spawn = managed_spawn,
    .spin = managed_spin,
    .clock = managed_clock,
    .backtrace = backtrace,
    .state = managed_state,
};

__attribute__((visibility("default"))) const coexist_runtime *COEXIST_EXPORT(pypy)(void);

const coexist_runtime *COEXIST_EXPORT(pypy)(void)
{
    return &runtime;
}

#ifdef EAGER
__attribute__((constructor)) static void run_main(void)
{
    if (start(coexist_early_host ? coexist_early_host("pypy") : NULL) == 0)
        managed_main();
}
#endif
