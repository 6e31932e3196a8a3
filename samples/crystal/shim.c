/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * The Crystal sample's table. Crystal is meant for one thread at a time: a lock admits one, which
 * leaves it while it calls out.
 */
#include "shim.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

static const coexist_host *_Atomic the_host;
static pthread_mutex_t entered = PTHREAD_MUTEX_INITIALIZER;
static bool up;

void sample_emit(const char *what, int64_t value)
{
    const coexist_host *host = atomic_load(&the_host);
    if (host)
        host->emit(host, what, value);
}

void sample_live(const void *block, size_t size)
{
    const coexist_host *host = atomic_load(&the_host);
    if (host)
        host->live(host, block, size);
}

int64_t sample_apply(coexist_fn fn, void *arg)
{
    pthread_mutex_unlock(&entered);
    int64_t result = fn(arg);
    pthread_mutex_lock(&entered);
    return result;
}

#define LOCKED(type, expression)                                                                   \
    pthread_mutex_lock(&entered);                                                                  \
    type result = expression;                                                                      \
    pthread_mutex_unlock(&entered);                                                                \
    return result

static int bring_up(void)
{
    static char *argv[] = {"crystal", NULL};
    int error = up ? 0 : sample_start(1, argv);
    up = error == 0;
    return error;
}

int shim_start(const coexist_host *host)
{
    atomic_store(&the_host, host);
    LOCKED(int, bring_up());
}

static int stop(void)
{
    LOCKED(int, sample_stop());
}

static void callback(void)
{
    pthread_mutex_lock(&entered);
    sample_callback();
    pthread_mutex_unlock(&entered);
}

static int64_t call(coexist_fn fn, void *arg)
{
    LOCKED(int64_t, sample_call(fn, arg));
}

static int churn(uint32_t mib, uint32_t seed, uint64_t *sum)
{
    LOCKED(int, sample_churn(mib, seed, sum));
}

static int64_t raise_error(int64_t payload)
{
    LOCKED(int64_t, sample_raise(payload));
}

static int64_t spawn(coexist_fn fn, void *arg)
{
    LOCKED(int64_t, sample_spawn(fn, arg));
}

static int attach(void)
{
    LOCKED(int, sample_attach());
}

static int detach(void)
{
    LOCKED(int, sample_detach());
}

static int spin(uint32_t n)
{
    LOCKED(int, sample_spin(n));
}

static int64_t monotonic_clock(uint32_t n)
{
    LOCKED(int64_t, sample_clock(n));
}

static size_t backtrace(char *buf, size_t len)
{
    if (len == 0)
        return 0;
    LOCKED(size_t, sample_backtrace(buf, len));
}

static int64_t state(void)
{
    LOCKED(int64_t, sample_state());
}

static const coexist_runtime runtime = {
    .abi = COEXIST_ABI,
    .size = sizeof(coexist_runtime),
    .id = "crystal",
    .title = "Crystal",
    .version = sample_version,
    .start = shim_start,
    .stop = stop,
    .callback = callback,
    .call = call,
    .churn = churn,
    .raise = raise_error,
    .spawn = spawn,
    .attach = attach,
    .detach = detach,
    .spin = spin,
    .clock = monotonic_clock,
    .backtrace = backtrace,
    .state = state,
};

const coexist_runtime *COEXIST_EXPORT(crystal)(void);

const coexist_runtime *COEXIST_EXPORT(crystal)(void)
{
    return &runtime;
}
