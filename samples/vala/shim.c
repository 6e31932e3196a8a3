/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The Vala sample's table: Vala cannot export constant data of C's. */
#include "shim.h"
#include "vala.h"
#include <stdio.h>

static const coexist_host *the_host;
static char version_text[32];

void shim_emit(const char *what, int64_t value)
{
    const coexist_host *host = g_atomic_pointer_get(&the_host);
    if (host)
        host->emit(host, what, value);
}

void shim_live(const void *block, size_t size)
{
    const coexist_host *host = g_atomic_pointer_get(&the_host);
    if (host)
        host->live(host, block, size);
}

static const char *version(void)
{
    g_autofree char *text = sample_version();
    snprintf(version_text, sizeof version_text, "%s", text);
    return version_text;
}

static int start(const coexist_host *host)
{
    g_atomic_pointer_set(&the_host, (gpointer)host);
    sample_begin();
    return 0;
}

static int churn(uint32_t mib, uint32_t seed, uint64_t *sum)
{
    *sum = sample_churn(mib, seed);
    return 0;
}

static int spin(uint32_t n)
{
    sample_spin(n);
    return 0;
}

static const coexist_runtime runtime = {
    .abi = COEXIST_ABI,
    .size = sizeof(coexist_runtime),
    .id = "vala",
    .title = "Vala",
    .version = version,
    .start = start,
    .callback = sample_callback,
    .call = sample_call,
    .churn = churn,
    .raise = sample_raise,
    .spawn = sample_spawn,
    .spin = spin,
    .clock = sample_clock,
    .state = sample_state,
};

#ifdef EAGER
/* Vala's own main runs at DT_INIT time, before the program's. */
__attribute__((constructor)) static void run_main(void)
{
    start(coexist_early_host ? coexist_early_host("vala") : NULL);
    sample_eager_main();
}
#endif

__attribute__((visibility("default"))) const coexist_runtime *COEXIST_EXPORT(vala)(void);

const coexist_runtime *COEXIST_EXPORT(vala)(void)
{
    return &runtime;
}
