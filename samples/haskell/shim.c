/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The Haskell sample's table: constant data that is there before the RTS is up. */
#include "shim.h"
#include <Rts.h>
#include <pthread.h>
#include <stdatomic.h>

static const coexist_host *_Atomic the_host;
static pthread_mutex_t start_lock = PTHREAD_MUTEX_INITIALIZER;
static bool up;
static const char *version_text;

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

int sample_start(const coexist_host *host)
{
    if (host)
        atomic_store(&the_host, host);
    pthread_mutex_lock(&start_lock);
    if (!up) {
        int argc = 1;
        char *arguments[] = {"haskell", NULL};
        char **argv = arguments;
        RtsConfig config = defaultRtsConfig;
        config.rts_opts_enabled = RtsOptsAll;
        /* The stack's limit is four fifths of all memory otherwise. */
        config.rts_opts = "-K8m";
        hs_init_ghc(&argc, &argv, config);
        version_text = sample_version();
        up = true;
    }
    pthread_mutex_unlock(&start_lock);
    return 0;
}

int sample_stop(void)
{
    pthread_mutex_lock(&start_lock);
    if (up)
        hs_exit();
    up = false;
    pthread_mutex_unlock(&start_lock);
    return 0;
}

static const char *version(void)
{
    return version_text;
}

#ifdef SINGLE
#define ENTRY(name) single_##name
#else
#define ENTRY(name) sample_##name
#endif

static const coexist_runtime runtime = {
    .abi = COEXIST_ABI,
    .size = sizeof(coexist_runtime),
    .id = "haskell",
    .title = "Haskell",
    .version = version,
    .start = sample_start,
    .stop = sample_stop,
    .callback = ENTRY(callback),
    .call = ENTRY(call),
    .churn = ENTRY(churn),
    .raise = ENTRY(raise),
    .overflow = ENTRY(overflow),
    .spawn = ENTRY(spawn),
#ifndef SINGLE
    .spin = sample_spin,
#endif
    .clock = ENTRY(clock),
    .backtrace = ENTRY(backtrace),
    .state = ENTRY(state),
};

const coexist_runtime *COEXIST_EXPORT(haskell)(void);

const coexist_runtime *COEXIST_EXPORT(haskell)(void)
{
    return &runtime;
}
