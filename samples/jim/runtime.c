/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The Jim sample's shim: it brings up one interpreter, evaluates main.tcl in it, and marshals. An
 * interpreter is for one thread at a time, so a lock is around it, as embedders do; it is
 * recursive, because the host comes back through `call`. */
#define _GNU_SOURCE
#include "coexist_runtime.h"
#include <jim.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

__asm__(".section .rodata\n"
        "source: .incbin \"main.tcl\"\n"
        "        .byte 0\n"
        ".previous");
extern const char source[];

enum { MOST_ARGUMENTS = 3 };

static pthread_mutex_t lock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static Jim_Interp *interpreter;
static const coexist_host *the_host;
static char version_text[32];

static int tcl_emit(Jim_Interp *interp, int argc, Jim_Obj *const *argv)
{
    jim_wide value;
    if (argc != 3 || Jim_GetWide(interp, argv[2], &value) != JIM_OK)
        return JIM_ERR;
    if (the_host)
        the_host->emit(the_host, Jim_String(argv[1]), value);
    return JIM_OK;
}

static int tcl_apply(Jim_Interp *interp, int argc, Jim_Obj *const *argv)
{
    jim_wide fn, arg;
    if (argc != 3 || Jim_GetWide(interp, argv[1], &fn) != JIM_OK ||
        Jim_GetWide(interp, argv[2], &arg) != JIM_OK)
        return JIM_ERR;
    int64_t result = ((coexist_fn)(uintptr_t)fn)((void *)(uintptr_t)arg);
    Jim_SetResultInt(interp, result);
    return JIM_OK;
}

static void callback(void);

#ifdef EAGER
static int tcl_test(Jim_Interp *interp, int argc, Jim_Obj *const *argv)
{
    (void)interp;
    if (argc != 2)
        return JIM_ERR;
    coexist_test(Jim_String(argv[1]), callback);
    return JIM_OK;
}
#endif

/* Locks and calls the procedure. Whether that went well; its result is the interpreter's until
 * leave. */
static int enter(const char *procedure, int count, const int64_t *arguments)
{
    Jim_Obj *words[1 + MOST_ARGUMENTS];
    pthread_mutex_lock(&lock);
    words[0] = Jim_NewStringObj(interpreter, procedure, -1);
    for (int i = 0; i < count; i++)
        words[1 + i] = Jim_NewIntObj(interpreter, arguments[i]);
    if (Jim_EvalObjVector(interpreter, 1 + count, words) == JIM_OK)
        return 1;
    Jim_MakeErrorMessage(interpreter);
    fprintf(stderr, "Jim: %s\n", Jim_String(Jim_GetResult(interpreter)));
    return 0;
}

static void leave(void)
{
    Jim_SetEmptyResult(interpreter);
    pthread_mutex_unlock(&lock);
}

static int64_t integer_from(const char *procedure, int count, const int64_t *arguments, int64_t failed)
{
    jim_wide result = failed;
    if (enter(procedure, count, arguments))
        Jim_GetWide(interpreter, Jim_GetResult(interpreter), &result);
    leave();
    return result;
}

static int start(const coexist_host *host)
{
    int error = 0;
    pthread_mutex_lock(&lock);
    the_host = host;
    if (!interpreter) {
        interpreter = Jim_CreateInterp();
        Jim_RegisterCoreCommands(interpreter);
        Jim_InitStaticExtensions(interpreter);
        Jim_CreateCommand(interpreter, "emit", tcl_emit, NULL, NULL);
        Jim_CreateCommand(interpreter, "apply_host", tcl_apply, NULL, NULL);
#ifdef EAGER
        Jim_CreateCommand(interpreter, "test", tcl_test, NULL, NULL);
#endif
        error = Jim_EvalSource(interpreter, "main.tcl", 1, source);
        if (error) {
            Jim_MakeErrorMessage(interpreter);
            fprintf(stderr, "Jim: %s\n", Jim_String(Jim_GetResult(interpreter)));
        }
    }
    pthread_mutex_unlock(&lock);
    return error;
}

static int stop(void)
{
    pthread_mutex_lock(&lock);
    if (interpreter)
        Jim_FreeInterp(interpreter);
    interpreter = NULL;
    pthread_mutex_unlock(&lock);
    return 0;
}

static const char *version(void)
{
    if (enter("version", 0, NULL))
        snprintf(version_text, sizeof version_text, "%s", Jim_String(Jim_GetResult(interpreter)));
    leave();
    return version_text;
}

static void callback(void)
{
    enter("callback", 0, NULL);
    leave();
}

static int64_t call(coexist_fn fn, void *arg)
{
    const int64_t arguments[] = {(int64_t)(uintptr_t)fn, (int64_t)(uintptr_t)arg};
    return integer_from("call", 2, arguments, -1);
}

static int churn(uint32_t mib, uint32_t seed, uint64_t *sum)
{
    const int64_t arguments[] = {mib, seed};
    int64_t result = integer_from("churn", 2, arguments, -1);
    *sum = (uint64_t)result;
    return result < 0;
}

static int64_t raise_error(int64_t payload)
{
    return integer_from("raise", 1, &payload, ~payload);
}

static int overflow(void)
{
    return (int)integer_from("overflow", 0, NULL, 1);
}

static size_t backtrace(char *buf, size_t len)
{
    if (len == 0)
        return 0;
    buf[0] = '\0';
    if (enter("coexist_depth_1", 0, NULL))
        snprintf(buf, len, "%s", Jim_String(Jim_GetResult(interpreter)));
    leave();
    return strlen(buf);
}

static int64_t state(void)
{
    return integer_from("state", 0, NULL, -1);
}

static const coexist_runtime runtime = {
    .abi = COEXIST_ABI,
    .size = sizeof(coexist_runtime),
    .id = "jim",
    .title = "Jim",
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
/* main.tcl's own main runs at DT_INIT time, before the program's. */
__attribute__((constructor)) static void run_main(void)
{
    start(coexist_early_host ? coexist_early_host("jim") : NULL);
    enter("main", 0, NULL);
    leave();
    /* Whoever comes next may write past stdio, and stdout may be a pipe. */
    fflush(stdout);
}
#endif

__attribute__((visibility("default"))) const coexist_runtime *COEXIST_EXPORT(jim)(void);

const coexist_runtime *COEXIST_EXPORT(jim)(void)
{
    return &runtime;
}
