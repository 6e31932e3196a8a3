/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The Duktape sample's shim: it brings up one heap, runs main.js in it, and marshals. A heap is for
 * one thread at a time, so a lock is around it, as embedders do; it is recursive, because the host
 * comes back through `call`. */
#define _GNU_SOURCE
#include "coexist_runtime.h"
#include <duktape.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

__asm__(".section .rodata\n"
        "source: .incbin \"main.js\"\n"
        "source_end:\n"
        ".previous");
extern const char source[], source_end[];

static pthread_mutex_t lock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
/* The Duktape thread (coroutine) that runs: calls from outside must come in on it. */
static duk_context *current;
static const coexist_host *the_host;
static char version_text[32];

static int64_t integer_of(duk_context *ctx, duk_idx_t index)
{
    return (int64_t)(intptr_t)duk_get_pointer(ctx, index);
}

static void push_integer(duk_context *ctx, int64_t integer)
{
    duk_push_pointer(ctx, (void *)(intptr_t)integer);
}

static duk_ret_t js_print(duk_context *ctx)
{
    printf("%s\n", duk_require_string(ctx, 0));
    return 0;
}

static duk_ret_t js_emit(duk_context *ctx)
{
    if (the_host)
        the_host->emit(the_host, duk_require_string(ctx, 0), (int64_t)duk_require_number(ctx, 1));
    return 0;
}

static duk_ret_t js_live(duk_context *ctx)
{
    duk_size_t size;
    const void *block = duk_require_buffer_data(ctx, 0, &size);
    if (the_host)
        the_host->live(the_host, block, size);
    return 0;
}

static duk_ret_t js_apply(duk_context *ctx)
{
    coexist_fn fn = (coexist_fn)(uintptr_t)duk_get_pointer(ctx, 0);
    duk_context *outer = current;
    current = ctx;
    int64_t result = fn(duk_get_pointer(ctx, 1));
    current = outer;
    push_integer(ctx, result);
    return 1;
}

static void callback(void);

#ifdef EAGER
static duk_ret_t js_test(duk_context *ctx)
{
    duk_context *outer = current;
    current = ctx;
    coexist_test(duk_require_string(ctx, 0), callback);
    current = outer;
    return 0;
}
#endif

static const duk_function_list_entry natives[] = {
    {"print", js_print, 1}, {"emit", js_emit, 2}, {"live", js_live, 1}, {"apply", js_apply, 2},
#ifdef EAGER
    {"test", js_test, 1},
#endif
    {NULL, NULL, 0},
};

/* Locks, and puts the JavaScript function on the stack. The context to call it in. */
static duk_context *enter(const char *function)
{
    pthread_mutex_lock(&lock);
    duk_context *ctx = current;
    duk_require_stack(ctx, 8);
    duk_get_global_string(ctx, function);
    return ctx;
}

/* Whether the call went well; its result, or the error, is on the stack until leave. */
static int run(duk_context *ctx, duk_idx_t arguments)
{
    if (duk_pcall(ctx, arguments) == DUK_EXEC_SUCCESS)
        return 1;
    fprintf(stderr, "Duktape: %s\n", duk_safe_to_stacktrace(ctx, -1));
    return 0;
}

static void leave(duk_context *ctx)
{
    duk_pop(ctx);
    pthread_mutex_unlock(&lock);
}

static int start(const coexist_host *host)
{
    int error = 0;
    pthread_mutex_lock(&lock);
    the_host = host;
    if (!current) {
        duk_context *ctx = duk_create_heap_default();
        duk_push_global_object(ctx);
        duk_put_function_list(ctx, -1, natives);
        duk_pop(ctx);
        duk_push_string(ctx, "main.js");
        if (duk_pcompile_lstring_filename(ctx, 0, source, (duk_size_t)(source_end - source)) != 0 ||
            duk_pcall(ctx, 0) != 0) {
            fprintf(stderr, "Duktape: %s\n", duk_safe_to_stacktrace(ctx, -1));
            error = 1;
        }
        duk_pop(ctx);
        current = ctx;
    }
    pthread_mutex_unlock(&lock);
    return error;
}

static int stop(void)
{
    pthread_mutex_lock(&lock);
    if (current)
        duk_destroy_heap(current);
    current = NULL;
    pthread_mutex_unlock(&lock);
    return 0;
}

static const char *version(void)
{
    duk_context *ctx = enter("version");
    if (run(ctx, 0))
        snprintf(version_text, sizeof version_text, "%s", duk_get_string_default(ctx, -1, ""));
    leave(ctx);
    return version_text;
}

static void callback(void)
{
    duk_context *ctx = enter("callback");
    run(ctx, 0);
    leave(ctx);
}

static int64_t with_task(const char *function, coexist_fn fn, void *arg)
{
    duk_context *ctx = enter(function);
    duk_push_pointer(ctx, (void *)(uintptr_t)fn);
    duk_push_pointer(ctx, arg);
    int64_t result = run(ctx, 2) ? integer_of(ctx, -1) : -1;
    leave(ctx);
    return result;
}

static int64_t call(coexist_fn fn, void *arg)
{
    return with_task("call", fn, arg);
}

static int64_t spawn(coexist_fn fn, void *arg)
{
    return with_task("spawn", fn, arg);
}

static int churn(uint32_t mib, uint32_t seed, uint64_t *sum)
{
    duk_context *ctx = enter("churn");
    duk_push_uint(ctx, mib);
    duk_push_uint(ctx, seed);
    int good = run(ctx, 2);
    if (good)
        *sum = (uint64_t)duk_get_number(ctx, -1);
    leave(ctx);
    return good ? 0 : 1;
}

static int64_t raise_error(int64_t payload)
{
    duk_context *ctx = enter("raise");
    push_integer(ctx, payload);
    int64_t found = run(ctx, 1) ? integer_of(ctx, -1) : ~payload;
    leave(ctx);
    return found;
}

static int overflow(void)
{
    duk_context *ctx = enter("overflow");
    int result = run(ctx, 0) ? duk_get_int(ctx, -1) : 1;
    leave(ctx);
    return result;
}

static size_t backtrace(char *buf, size_t len)
{
    if (len == 0)
        return 0;
    buf[0] = '\0';
    duk_context *ctx = enter("coexist_depth_1");
    if (run(ctx, 0))
        snprintf(buf, len, "%s", duk_get_string_default(ctx, -1, ""));
    leave(ctx);
    return strlen(buf);
}

static int64_t state(void)
{
    duk_context *ctx = enter("state");
    int64_t count = run(ctx, 0) ? (int64_t)duk_get_number(ctx, -1) : -1;
    leave(ctx);
    return count;
}

static const coexist_runtime runtime = {
    .abi = COEXIST_ABI,
    .size = sizeof(coexist_runtime),
    .id = "duktape",
    .title = "Duktape",
    .version = version,
    .start = start,
    .stop = stop,
    .callback = callback,
    .call = call,
    .churn = churn,
    .raise = raise_error,
    .overflow = overflow,
    .spawn = spawn,
    .backtrace = backtrace,
    .state = state,
};

#ifdef EAGER
/* main.js's own main runs at DT_INIT time, before the program's. */
__attribute__((constructor)) static void run_main(void)
{
    start(coexist_early_host ? coexist_early_host("duktape") : NULL);
    duk_context *ctx = enter("main");
    run(ctx, 0);
    leave(ctx);
    /* Whoever comes next may write past stdio, and stdout may be a pipe. */
    fflush(stdout);
}
#endif

__attribute__((visibility("default"))) const coexist_runtime *COEXIST_EXPORT(duktape)(void);

const coexist_runtime *COEXIST_EXPORT(duktape)(void)
{
    return &runtime;
}
