/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The MuJS sample's shim: it brings up one interpreter, runs main.js in it, and marshals. An
 * interpreter is for one thread at a time, so a lock is around it, as embedders do; it is
 * recursive, because the host comes back through `call`. MuJS tells no addresses of its objects, so
 * churn reports none. */
#define _GNU_SOURCE
#include "coexist_runtime.h"
#include <dlfcn.h>
#include <inttypes.h>
#include <limits.h>
#include <mujs.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

__asm__(".section .rodata\n"
        "source: .incbin \"main.js\"\n"
        "        .byte 0\n"
        ".previous");
extern const char source[];

static pthread_mutex_t lock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static js_State *interpreter;
static const coexist_host *the_host;

struct task {
    coexist_fn fn;
    void *arg;
};

static void push_integer(js_State *J, int64_t integer)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRId64, integer);
    js_pushstring(J, text);
}

static int64_t integer_of(js_State *J, int index)
{
    return strtoll(js_trystring(J, index, ""), NULL, 10);
}

static void js_print(js_State *J)
{
    printf("%s\n", js_tostring(J, 1));
    js_pushundefined(J);
}

static void js_emit(js_State *J)
{
    if (the_host)
        the_host->emit(the_host, js_tostring(J, 1), (int64_t)js_tonumber(J, 2));
    js_pushundefined(J);
}

static void js_apply(js_State *J)
{
    const struct task *task = js_touserdata(J, 1, "task");
    push_integer(J, task->fn(task->arg));
}

static void js_collect(js_State *J)
{
    js_gc(J, 0);
    js_pushundefined(J);
}

static void callback(void);

#ifdef EAGER
static void js_test(js_State *J)
{
    coexist_test(js_tostring(J, 1), callback);
    js_pushundefined(J);
}
#endif

static void define(js_State *J, const char *name, js_CFunction function, int arguments)
{
    js_newcfunction(J, function, name, arguments);
    js_setglobal(J, name);
}

/* Locks, and puts the JavaScript function on the stack. */
static js_State *enter(const char *function)
{
    pthread_mutex_lock(&lock);
    js_getglobal(interpreter, function);
    js_pushundefined(interpreter);
    return interpreter;
}

/* Whether the call went well; its result, or the error, is on the stack until leave. */
static int run(js_State *J, int arguments)
{
    if (js_pcall(J, arguments) == 0)
        return 1;
    fprintf(stderr, "MuJS: %s\n", js_trystring(J, -1, "an error"));
    return 0;
}

static void leave(js_State *J)
{
    js_pop(J, 1);
    pthread_mutex_unlock(&lock);
}

static int start(const coexist_host *host)
{
    int error = 0;
    pthread_mutex_lock(&lock);
    the_host = host;
    if (!interpreter) {
        interpreter = js_newstate(NULL, NULL, JS_STRICT);
        define(interpreter, "print", js_print, 1);
        define(interpreter, "emit", js_emit, 2);
        define(interpreter, "apply", js_apply, 1);
        define(interpreter, "gc", js_collect, 0);
#ifdef EAGER
        define(interpreter, "test", js_test, 1);
#endif
        error = js_dostring(interpreter, source);
    }
    pthread_mutex_unlock(&lock);
    return error;
}

static int stop(void)
{
    pthread_mutex_lock(&lock);
    js_freestate(interpreter);
    interpreter = NULL;
    pthread_mutex_unlock(&lock);
    return 0;
}

/* libmujs has no call that tells its version: the name of the loaded file does. */
static const char *version(void)
{
    static char text[PATH_MAX + 64];
    char path[PATH_MAX];
    Dl_info info;
    if (!dladdr((void *)(uintptr_t)&js_newstate, &info) || !realpath(info.dli_fname, path))
        return "libmujs";
    const char *name = strrchr(path, '/');
    snprintf(text, sizeof text, "%s (compiled with MuJS %d.%d.%d)", name ? name + 1 : path,
             JS_VERSION_MAJOR, JS_VERSION_MINOR, JS_VERSION_PATCH);
    return text;
}

static void callback(void)
{
    js_State *J = enter("callback");
    run(J, 0);
    leave(J);
}

static int64_t call(coexist_fn fn, void *arg)
{
    struct task task = {.fn = fn, .arg = arg};
    js_State *J = enter("call");
    js_pushnull(J);
    js_newuserdata(J, "task", &task, NULL);
    int64_t result = run(J, 1) ? integer_of(J, -1) : -1;
    leave(J);
    return result;
}

static int churn(uint32_t mib, uint32_t seed, uint64_t *sum)
{
    js_State *J = enter("churn");
    js_pushnumber(J, mib);
    js_pushnumber(J, seed);
    int good = run(J, 2);
    if (good)
        *sum = (uint64_t)js_trynumber(J, -1, 0);
    leave(J);
    return good ? 0 : 1;
}

static int64_t raise_error(int64_t payload)
{
    js_State *J = enter("raise");
    push_integer(J, payload);
    int64_t found = run(J, 1) ? integer_of(J, -1) : ~payload;
    leave(J);
    return found;
}

static int overflow(void)
{
    js_State *J = enter("overflow");
    int result = run(J, 0) ? js_tryinteger(J, -1, 1) : 1;
    leave(J);
    return result;
}

static size_t backtrace(char *buf, size_t len)
{
    if (len == 0)
        return 0;
    buf[0] = '\0';
    js_State *J = enter("coexist_depth_1");
    if (run(J, 0))
        snprintf(buf, len, "%s", js_trystring(J, -1, ""));
    leave(J);
    return strlen(buf);
}

static int64_t state(void)
{
    js_State *J = enter("state");
    int64_t count = run(J, 0) ? (int64_t)js_trynumber(J, -1, -1) : -1;
    leave(J);
    return count;
}

static const coexist_runtime runtime = {
    .abi = COEXIST_ABI,
    .size = sizeof(coexist_runtime),
    .id = "mujs",
    .title = "MuJS",
    .version = version,
    .start = start,
    .stop = stop,
    .callback = callback,
    .call = call,
    .churn = churn,
    .raise = raise_error,
    .overflow = overflow,
    .backtrace = backtrace,
    .state = state,
};

#ifdef EAGER
/* main.js's own main runs at DT_INIT time, before the program's. */
__attribute__((constructor)) static void run_main(void)
{
    start(coexist_early_host ? coexist_early_host("mujs") : NULL);
    js_State *J = enter("main");
    run(J, 0);
    leave(J);
    /* Whoever comes next may write past stdio, and stdout may be a pipe. */
    fflush(stdout);
}
#endif

__attribute__((visibility("default"))) const coexist_runtime *COEXIST_EXPORT(mujs)(void);

const coexist_runtime *COEXIST_EXPORT(mujs)(void)
{
    return &runtime;
}
