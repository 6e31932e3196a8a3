/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The ECL sample's shim: it boots the Lisp, evaluates main.lisp, and marshals. */
#include "coexist_runtime.h"
#include <ecl/ecl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

__asm__(".section .rodata\n"
        "source: .incbin \"main.lisp\"\n"
        "        .byte 0\n"
        ".previous");
extern const char source[];

static const coexist_host *_Atomic the_host;
static pthread_mutex_t start_lock = PTHREAD_MUTEX_INITIALIZER;
static int is_up;
static char version_text[64];

static cl_object lisp_emit(cl_object what, cl_object value)
{
    const coexist_host *host = atomic_load(&the_host);
    what = si_coerce_to_base_string(what);
    if (host)
        host->emit(host, ecl_base_string_pointer_safe(what), ecl_to_int64_t(value));
    ecl_return1(ecl_process_env(), ECL_NIL);
}

static cl_object lisp_live(cl_object block)
{
    const coexist_host *host = atomic_load(&the_host);
    if (host)
        host->live(host, block->array.self.t, block->array.dim * sizeof(uint32_t));
    ecl_return1(ecl_process_env(), ECL_NIL);
}

static cl_object lisp_apply(cl_object fn, cl_object arg)
{
    coexist_fn function = (coexist_fn)(uintptr_t)ecl_to_uint64_t(fn);
    int64_t result = function((void *)(uintptr_t)ecl_to_uint64_t(arg));
    ecl_return1(ecl_process_env(), ecl_make_int64_t(result));
}

static void callback(void);

#ifdef EAGER
static cl_object lisp_test(cl_object name)
{
    coexist_test(ecl_base_string_pointer_safe(si_coerce_to_base_string(name)), callback);
    ecl_return1(ecl_process_env(), ECL_NIL);
}
#endif

static cl_object symbol(const char *name)
{
    return ecl_make_symbol(name, "COEXIST");
}

/* Evaluates the forms of main.lisp one after the other: the first ones make the package that the
 * others are read in. */
static void load_source(void)
{
    cl_object stream =
        ecl_make_string_input_stream(ecl_make_constant_base_string(source, -1), 0, strlen(source));
    cl_object end = ecl_make_symbol("END", "CL-USER");
    for (int count = 0;; count++) {
        cl_object form = cl_read(3, stream, ECL_NIL, end);
        if (form == end)
            break;
        cl_eval(form);
        if (count == 1) {
            ecl_def_c_function(symbol("EMIT"), (cl_objectfn_fixed)lisp_emit, 2);
            ecl_def_c_function(symbol("LIVE"), (cl_objectfn_fixed)lisp_live, 1);
            ecl_def_c_function(symbol("APPLY-HOST"), (cl_objectfn_fixed)lisp_apply, 2);
#ifdef EAGER
            ecl_def_c_function(symbol("TEST"), (cl_objectfn_fixed)lisp_test, 1);
#endif
        }
    }
}

static int start(const coexist_host *host)
{
    int error = 0;
    atomic_store(&the_host, host);
    pthread_mutex_lock(&start_lock);
    if (!is_up) {
        static char name[] = "coexist", *arguments[] = {name, NULL};
#ifdef NO_TRAPS
        /* Options are for the first client: a Lisp that is up refuses them. */
        if (!ecl_get_option(ECL_OPT_BOOTED)) {
            ecl_set_option(ECL_OPT_TRAP_SIGSEGV, 0);
            ecl_set_option(ECL_OPT_TRAP_SIGFPE, 0);
        }
#endif
        cl_boot(1, arguments);
        const cl_env_ptr env = ecl_process_env();
        ECL_HANDLER_CASE_BEGIN(env, ecl_list1(ecl_make_symbol("ERROR", "CL")))
        {
            load_source();
            is_up = 1;
        }
        ECL_HANDLER_CASE(1, condition)
        {
            cl_object text = si_coerce_to_base_string(cl_princ_to_string(condition));
            fprintf(stderr, "ECL: %s\n", ecl_base_string_pointer_safe(text));
        }
        ECL_HANDLER_CASE_END;
        error = !is_up;
    }
    pthread_mutex_unlock(&start_lock);
    return error;
}

static int stop(void)
{
    pthread_mutex_lock(&start_lock);
    if (is_up)
        cl_shutdown();
    is_up = 0;
    pthread_mutex_unlock(&start_lock);
    return 0;
}

static const char *version(void)
{
    cl_object text = cl_funcall(1, symbol("VERSION"));
    snprintf(version_text, sizeof version_text, "%s", ecl_base_string_pointer_safe(text));
    return version_text;
}

static void callback(void)
{
    cl_funcall(1, symbol("CALLBACK"));
}

static cl_object with_task(const char *function, coexist_fn fn, void *arg)
{
    return cl_funcall(3, symbol(function), ecl_make_uint64_t((uintptr_t)fn),
                      ecl_make_uint64_t((uintptr_t)arg));
}

static int64_t call(coexist_fn fn, void *arg)
{
    return ecl_to_int64_t(with_task("CALL", fn, arg));
}

static int64_t spawn(coexist_fn fn, void *arg)
{
    return ecl_to_int64_t(with_task("SPAWN", fn, arg));
}

static int churn(uint32_t mib, uint32_t seed, uint64_t *sum)
{
    cl_object total =
        cl_funcall(3, symbol("CHURN"), ecl_make_uint32_t(mib), ecl_make_uint32_t(seed));
    *sum = ecl_to_uint64_t(total);
    return 0;
}

static int64_t raise_error(int64_t payload)
{
    return ecl_to_int64_t(cl_funcall(2, symbol("RAISE"), ecl_make_int64_t(payload)));
}

#ifndef NO_TRAPS
static int fault(void)
{
    return ecl_to_int(cl_funcall(1, symbol("FAULT")));
}
#endif

static int overflow(void)
{
    return ecl_to_int(cl_funcall(1, symbol("OVERFLOW")));
}

/* Another client of the same libecl may have imported the thread, and then it is not ours to release. */
static _Thread_local bool imported_here;

static int attach(void)
{
    imported_here = ecl_import_current_thread(ECL_NIL, ECL_NIL);
    return imported_here || ecl_process_env() ? 0 : 1;
}

static int detach(void)
{
    if (imported_here)
        ecl_release_current_thread();
    imported_here = false;
    return 0;
}

static int spin(uint32_t n)
{
    return ecl_to_int(cl_funcall(2, symbol("SPIN"), ecl_make_uint32_t(n)));
}

static int64_t monotonic_clock(uint32_t n)
{
    return ecl_to_int64_t(cl_funcall(2, symbol("CLOCK"), ecl_make_uint32_t(n)));
}

static size_t backtrace(char *buf, size_t len)
{
    if (len == 0)
        return 0;
    cl_object text = cl_funcall(1, symbol("COEXIST-DEPTH-1"));
    snprintf(buf, len, "%s", ecl_base_string_pointer_safe(text));
    return strlen(buf);
}

static int64_t state(void)
{
    return ecl_to_int64_t(cl_funcall(1, symbol("STATE")));
}

static const coexist_runtime runtime = {
    .abi = COEXIST_ABI,
    .size = sizeof(coexist_runtime),
    .id = "ecl",
    .title = "ECL",
    .version = version,
    .start = start,
    .stop = stop,
    .callback = callback,
    .call = call,
    .churn = churn,
    .raise = raise_error,
#ifndef NO_TRAPS
    .fault = fault,
#endif
    .overflow = overflow,
    .spawn = spawn,
    .attach = attach,
    .detach = detach,
    .spin = spin,
    .clock = monotonic_clock,
    .backtrace = backtrace,
    .state = state,
};

#ifdef EAGER
/* main.lisp's own main runs at DT_INIT time, before the program's. */
__attribute__((constructor)) static void run_main(void)
{
    start(coexist_early_host ? coexist_early_host("ecl") : NULL);
    cl_funcall(1, symbol("MAIN"));
}
#endif

__attribute__((visibility("default"))) const coexist_runtime *COEXIST_EXPORT(ecl)(void);

const coexist_runtime *COEXIST_EXPORT(ecl)(void)
{
    return &runtime;
}
