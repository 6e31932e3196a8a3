/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The Gambit sample's shim: it starts Scheme, and marshals what a table cannot name directly. One
 * lock is around Scheme, as embedders do; it is recursive, because the host comes back through
 * `call`. */
#define _GNU_SOURCE
#include "coexist_runtime.h"
#define ___VERSION 409003
#include <gambit.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

const coexist_host *scm_host;

char *scm_version(void);
void scm_callback(void);
int64_t scm_call(uint64_t fn, uint64_t arg);
uint64_t scm_churn(uint32_t mib, uint32_t seed);
int64_t scm_raise(int64_t payload);
int64_t scm_spawn(uint64_t fn, uint64_t arg);
char *scm_backtrace(void);
int64_t scm_state(void);
void scm_main(void);
extern ___mod_or_lnk ___LNK_link(___global_state);

static pthread_mutex_t lock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static int is_up;
static char version_text[64];

static int start(const coexist_host *host)
{
    int error = 0;
    pthread_mutex_lock(&lock);
    scm_host = host;
    if (!is_up) {
        ___setup_params_struct parameters;
        ___setup_params_reset(&parameters);
        parameters.version = ___VERSION;
        parameters.linker = ___LNK_link;
        error = (int)___INT(___setup(&parameters));
        is_up = !error;
    }
    pthread_mutex_unlock(&lock);
    return error;
}

static int stop(void)
{
    pthread_mutex_lock(&lock);
    if (is_up)
        ___cleanup();
    is_up = 0;
    pthread_mutex_unlock(&lock);
    return 0;
}

static const char *version(void)
{
    pthread_mutex_lock(&lock);
    char *text = scm_version();
    snprintf(version_text, sizeof version_text, "%s", text);
    ___release_string(text);
    pthread_mutex_unlock(&lock);
    return version_text;
}

void runtime_callback(void)
{
    pthread_mutex_lock(&lock);
    scm_callback();
    pthread_mutex_unlock(&lock);
}

static int64_t call(coexist_fn fn, void *arg)
{
    pthread_mutex_lock(&lock);
    int64_t result = scm_call((uintptr_t)fn, (uintptr_t)arg);
    pthread_mutex_unlock(&lock);
    return result;
}

static int churn(uint32_t mib, uint32_t seed, uint64_t *sum)
{
    pthread_mutex_lock(&lock);
    *sum = scm_churn(mib, seed);
    pthread_mutex_unlock(&lock);
    return 0;
}

static int64_t raise_error(int64_t payload)
{
    pthread_mutex_lock(&lock);
    int64_t found = scm_raise(payload);
    pthread_mutex_unlock(&lock);
    return found;
}

static int64_t spawn(coexist_fn fn, void *arg)
{
    pthread_mutex_lock(&lock);
    int64_t result = scm_spawn((uintptr_t)fn, (uintptr_t)arg);
    pthread_mutex_unlock(&lock);
    return result;
}

static size_t backtrace(char *buf, size_t len)
{
    if (len == 0)
        return 0;
    pthread_mutex_lock(&lock);
    char *text = scm_backtrace();
    snprintf(buf, len, "%s", text);
    ___release_string(text);
    pthread_mutex_unlock(&lock);
    return strlen(buf);
}

static int64_t state(void)
{
    pthread_mutex_lock(&lock);
    int64_t count = scm_state();
    pthread_mutex_unlock(&lock);
    return count;
}

static const coexist_runtime runtime = {
    .abi = COEXIST_ABI,
    .size = sizeof(coexist_runtime),
    .id = "gambit",
    .title = "Gambit",
    .version = version,
    .start = start,
    .stop = stop,
    .callback = runtime_callback,
    .call = call,
    .churn = churn,
    .raise = raise_error,
    .spawn = spawn,
    .backtrace = backtrace,
    .state = state,
};

#ifdef EAGER
__attribute__((constructor)) static void run_main(void)
{
    start(coexist_early_host ? coexist_early_host("gambit") : NULL);
    scm_main();
}
#endif

__attribute__((visibility("default"))) const coexist_runtime *COEXIST_EXPORT(gambit)(void);

const coexist_runtime *COEXIST_EXPORT(gambit)(void)
{
    return &runtime;
}
