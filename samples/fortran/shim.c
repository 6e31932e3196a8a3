/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The Fortran sample's table: Fortran cannot export constant data. */
#include "coexist_runtime.h"
#include <stdatomic.h>

const char *fortran_version(void);
void fortran_callback(void);
int64_t fortran_call(coexist_fn fn, void *arg);
int fortran_churn(uint32_t mib, uint32_t seed, uint64_t *sum);
int64_t fortran_spawn(coexist_fn fn, void *arg);
int64_t fortran_clock(uint32_t n);
int64_t fortran_state(void);
void fortran_main(void);

static const coexist_host *_Atomic the_host;

void shim_emit(const char *what, int64_t value)
{
    const coexist_host *host = atomic_load(&the_host);
    if (host)
        host->emit(host, what, value);
}

void shim_live(const void *block, size_t size)
{
    const coexist_host *host = atomic_load(&the_host);
    if (host)
        host->live(host, block, size);
}

static int start(const coexist_host *host)
{
    atomic_store(&the_host, host);
    return 0;
}

static const coexist_runtime runtime = {
    .abi = COEXIST_ABI,
    .size = sizeof(coexist_runtime),
    .id = "fortran",
    .title = "Fortran",
    .version = fortran_version,
    .start = start,
    .callback = fortran_callback,
    .call = fortran_call,
    .churn = fortran_churn,
    .spawn = fortran_spawn,
    .clock = fortran_clock,
    .state = fortran_state,
};

#ifdef EAGER
__attribute__((constructor)) static void run_main(void)
{
    start(coexist_early_host ? coexist_early_host("fortran") : NULL);
    fortran_main();
}
#endif

__attribute__((visibility("default"))) const coexist_runtime *COEXIST_EXPORT(fortran)(void);

const coexist_runtime *COEXIST_EXPORT(fortran)(void)
{
    return &runtime;
}
