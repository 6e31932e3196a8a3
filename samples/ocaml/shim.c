/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The OCaml sample's table: each entry takes the runtime lock and hands on to an OCaml function. */
#include "shim.h"
#include <caml/alloc.h>
#include <caml/callback.h>
#include <caml/memory.h>
#include <caml/mlvalues.h>
#include <caml/threads.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

static const coexist_host *_Atomic the_host;
static pthread_mutex_t start_lock = PTHREAD_MUTEX_INITIALIZER;
static bool up;
static char version_text[32];

static value function(const char *name)
{
    return *caml_named_value(name);
}

value sample_emit(value what, value number)
{
    const coexist_host *host = atomic_load(&the_host);
    if (host)
        host->emit(host, String_val(what), Long_val(number));
    return Val_unit;
}

value sample_live(value block, value size)
{
    const coexist_host *host = atomic_load(&the_host);
    if (host)
        host->live(host, Bytes_val(block), (size_t)Long_val(size));
    return Val_unit;
}

value sample_apply(value fn, value arg)
{
    coexist_fn to = (coexist_fn)Nativeint_val(fn);
    void *with = (void *)Nativeint_val(arg);
    caml_release_runtime_system();
    int64_t result = to(with);
    caml_acquire_runtime_system();
    return caml_copy_int64(result);
}

void sample_set_host(const coexist_host *host)
{
    atomic_store(&the_host, host);
}

int sample_start(char **argv)
{
    pthread_mutex_lock(&start_lock);
    int error = 0;
    if (!up) {
        error = Is_exception_result(caml_startup_exn(argv));
        if (!error) {
            value text = caml_callback_exn(function("sample version"), Val_unit);
            strncpy(version_text, String_val(text), sizeof version_text - 1);
        }
        up = !error;
        caml_release_runtime_system();
    }
    pthread_mutex_unlock(&start_lock);
    return error;
}

static int start(const coexist_host *host)
{
    static char *argv[] = {"ocaml", NULL};
    sample_set_host(host);
    return sample_start(argv);
}

int sample_stop(void)
{
    pthread_mutex_lock(&start_lock);
    if (up) {
        caml_acquire_runtime_system();
        caml_shutdown();
        up = false;
    }
    pthread_mutex_unlock(&start_lock);
    return 0;
}

static const char *version(void)
{
    return version_text;
}

void sample_callback(void)
{
    caml_acquire_runtime_system();
    caml_callback_exn(function("sample callback"), Val_unit);
    caml_release_runtime_system();
}

static int64_t of_pointers(const char *name, coexist_fn fn, void *arg)
{
    caml_acquire_runtime_system();
    CAMLparam0();
    CAMLlocal2(to, with);
    to = caml_copy_nativeint((intnat)fn);
    with = caml_copy_nativeint((intnat)arg);
    value result = caml_callback2_exn(function(name), to, with);
    int64_t number = Is_exception_result(result) ? -1 : Int64_val(result);
    CAMLdrop;
    caml_release_runtime_system();
    return number;
}

static int64_t call(coexist_fn fn, void *arg)
{
    return of_pointers("sample call", fn, arg);
}

static int64_t spawn(coexist_fn fn, void *arg)
{
    return of_pointers("sample spawn", fn, arg);
}

static int churn(uint32_t mib, uint32_t seed, uint64_t *sum)
{
    caml_acquire_runtime_system();
    value result = caml_callback2_exn(function("sample churn"), Val_long(mib), Val_long(seed));
    bool failed = Is_exception_result(result);
    if (!failed)
        *sum = (uint64_t)Int64_val(result);
    caml_release_runtime_system();
    return failed;
}

static int64_t raise_error(int64_t payload)
{
    caml_acquire_runtime_system();
    value result = caml_callback_exn(function("sample raise"), caml_copy_int64(payload));
    int64_t found = Is_exception_result(result) ? ~payload : Int64_val(result);
    caml_release_runtime_system();
    return found;
}

static int overflow(void)
{
    caml_acquire_runtime_system();
    value result = caml_callback_exn(function("sample overflow"), Val_unit);
    int failed = Is_exception_result(result) ? 2 : (int)Long_val(result);
    caml_release_runtime_system();
    return failed;
}

static int attach(void)
{
    return !caml_c_thread_register();
}

static int detach(void)
{
    return !caml_c_thread_unregister();
}

static int spin(uint32_t n)
{
    caml_acquire_runtime_system();
    value result = caml_callback_exn(function("sample spin"), Val_long(n));
    int failed = Is_exception_result(result);
    caml_release_runtime_system();
    return failed;
}

static size_t backtrace(char *buf, size_t len)
{
    if (len == 0)
        return 0;
    caml_acquire_runtime_system();
    value text = caml_callback_exn(function("sample backtrace"), Val_unit);
    size_t written = 0;
    if (!Is_exception_result(text)) {
        written = caml_string_length(text) < len ? caml_string_length(text) : len - 1;
        memcpy(buf, String_val(text), written);
    }
    buf[written] = '\0';
    caml_release_runtime_system();
    return written;
}

static int64_t state(void)
{
    caml_acquire_runtime_system();
    value result = caml_callback_exn(function("sample state"), Val_unit);
    int64_t number = Is_exception_result(result) ? -1 : Long_val(result);
    caml_release_runtime_system();
    return number;
}

static const coexist_runtime runtime = {
    .abi = COEXIST_ABI,
    .size = sizeof(coexist_runtime),
    .id = "ocaml",
    .title = "OCaml",
    .version = version,
    .start = start,
    .stop = sample_stop,
    .callback = sample_callback,
    .call = call,
    .churn = churn,
    .raise = raise_error,
    .overflow = overflow,
    .spawn = spawn,
    .attach = attach,
    .detach = detach,
    .spin = spin,
    .backtrace = backtrace,
    .state = state,
};

const coexist_runtime *COEXIST_EXPORT(ocaml)(void);

const coexist_runtime *COEXIST_EXPORT(ocaml)(void)
{
    return &runtime;
}
