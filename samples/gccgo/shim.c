/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The gccgo sample's table: Go cannot export constant data, so each entry hands on to a Go function. */
#include "shim.h"
#include "_cgo_export.h"

static const char *version(void)
{
    return goVersion();
}

static int start(const coexist_host *host)
{
    return goStart((uintptr_t)host);
}

static int64_t call(coexist_fn fn, void *arg)
{
    return goCall((uintptr_t)fn, (uintptr_t)arg);
}

static int churn(uint32_t mib, uint32_t seed, uint64_t *sum)
{
    *sum = goChurn(mib, seed);
    return 0;
}

static int64_t spawn(coexist_fn fn, void *arg)
{
    return goSpawn((uintptr_t)fn, (uintptr_t)arg);
}

static const coexist_runtime runtime = {
    .abi = COEXIST_ABI,
    .size = sizeof(coexist_runtime),
    .id = "gccgo",
    .title = "Gccgo",
    .version = version,
    .start = start,
    .callback = goCallback,
    .call = call,
    .churn = churn,
    .raise = goRaise,
    .fault = goFault,
    .spawn = spawn,
    .spin = goSpin,
    .clock = goClock,
    .backtrace = goBacktrace,
    .state = goState,
};

const coexist_runtime *COEXIST_EXPORT(gccgo)(void);

const coexist_runtime *COEXIST_EXPORT(gccgo)(void)
{
    return &runtime;
}
