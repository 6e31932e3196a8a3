/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The Nim sample's table: constant data that is there before NimMain ran. */
#include "shim.h"
#include <pthread.h>

static void bring_up(void)
{
    NimMain();
}

int sample_start(const coexist_host *host)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    if (host)
        sample_set_host(host);
    return pthread_once(&once, bring_up);
}

static const coexist_runtime runtime = {
    .abi = COEXIST_ABI,
    .size = sizeof(coexist_runtime),
    .id = "nim",
    .title = "Nim",
    .version = sample_version,
    .start = sample_start,
    .callback = sample_callback,
    .call = sample_call,
    .churn = sample_churn,
    .raise = sample_raise,
    .spawn = sample_spawn,
    .attach = sample_attach,
    .detach = sample_detach,
    .spin = sample_spin,
    .clock = sample_clock,
    .backtrace = sample_backtrace,
    .state = sample_state,
};

const coexist_runtime *COEXIST_EXPORT(nim)(void);

const coexist_runtime *COEXIST_EXPORT(nim)(void)
{
    return &runtime;
}
