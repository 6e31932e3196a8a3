/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The Ada sample's table: constant data that is there before Ada is elaborated. */
#define _GNU_SOURCE
#include "shim.h"
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

extern char __gnat_install_handler[];

static char version_text[128];

/* GNAT has no call that tells a library its version: the name of the loaded file does, unless that
 * is this one. */
static void ask_version(void)
{
    Dl_info info = {0}, own = {0};
    dladdr(__gnat_install_handler, &info);
    dladdr(version_text, &own);
    snprintf(version_text, sizeof version_text, "%s (compiled by GNAT " __VERSION__ ")",
             info.dli_fbase == own.dli_fbase ? "static libgnat" : basename(info.dli_fname));
}

int sample_start(const coexist_host *host)
{
    sampleinit();
    sample_set_host(host);
    ask_version();
    return 0;
}

static int stop(void)
{
    samplefinal();
    return 0;
}

static const char *version(void)
{
    return version_text;
}

static const coexist_runtime runtime = {
    .abi = COEXIST_ABI,
    .size = sizeof(coexist_runtime),
    .id = "ada",
    .title = "Ada",
    .version = version,
    .start = sample_start,
    .stop = stop,
    .callback = sample_callback,
    .call = sample_call,
    .churn = sample_churn,
    .raise = sample_raise,
    .fault = sample_fault,
    .overflow = sample_overflow,
    .spawn = sample_spawn,
    .attach = sample_attach,
    .detach = sample_detach,
    .spin = sample_spin,
    .clock = sample_clock,
    .backtrace = sample_backtrace,
    .state = sample_state,
};

const coexist_runtime *COEXIST_EXPORT(ada)(void);

const coexist_runtime *COEXIST_EXPORT(ada)(void)
{
    return &runtime;
}
