/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * The R sample's shim: the table, and what main.R finds as host_…. It marshals.
 *
 * R knows no threads: one mutex admits one at a time, until its outermost call returns.
 */
#define _GNU_SOURCE
#define R_NO_REMAP
#define HAVE_UINTPTR_T
#define CSTACK_DEFNS
#include "coexist_runtime.h"
#include <Rembedded.h>
#include <Rinternals.h>
#include <Rinterface.h>
#include <R_ext/Parse.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

__asm__(".pushsection .rodata\n"
        "main_r: .incbin \"main.R\"\n"
        ".byte 0\n"
        ".popsection\n");
extern const char main_r[] __attribute__((visibility("hidden")));

static const coexist_host *_Atomic the_host;
static pthread_mutex_t entered = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static SEXP globals; /* main.R's environment */
static bool initialised_here;
static char version_text[64];

static void callback(void);

static SEXP from_int64(int64_t number)
{
    SEXP raw = Rf_allocVector(RAWSXP, sizeof number);
    memcpy(RAW(raw), &number, sizeof number);
    return raw;
}

static int64_t to_int64(SEXP raw)
{
    int64_t number = -1;
    if (TYPEOF(raw) == RAWSXP && XLENGTH(raw) == sizeof number)
        memcpy(&number, RAW(raw), sizeof number);
    return number;
}

/* What main.R calls. */

static SEXP host_emit(SEXP what, SEXP value)
{
    const coexist_host *host = atomic_load(&the_host);
    if (host)
        host->emit(host, CHAR(STRING_ELT(what, 0)), Rf_asInteger(value));
    return R_NilValue;
}

static SEXP host_live(SEXP block)
{
    const coexist_host *host = atomic_load(&the_host);
    if (host)
        host->live(host, INTEGER(block), (size_t)XLENGTH(block) * sizeof(int));
    return R_NilValue;
}

static SEXP host_apply(SEXP fn, SEXP arg)
{
    coexist_fn function = (coexist_fn)R_ExternalPtrAddrFn(fn);
    return from_int64(function(R_ExternalPtrAddr(arg)));
}

static SEXP host_test(SEXP name)
{
#ifdef EAGER
    coexist_test(CHAR(STRING_ELT(name, 0)), callback);
#else
    (void)name;
#endif
    return R_NilValue;
}

/* An address of its own for each library: registered routines would be one table for all. */
static void define_host(const char *name, DL_FUNC function)
{
    SEXP tag = Rf_install("native symbol");
    SEXP pointer = PROTECT(R_MakeExternalPtrFn(function, tag, R_NilValue));
    Rf_defineVar(Rf_install(name), pointer, globals);
    UNPROTECT(1);
}

/* What the host calls. */

/* The result is not protected. An error that main.R let through is shown, and gives NULL. */
static SEXP managed(const char *name, SEXP first, SEXP second)
{
    PROTECT(first ? first : R_NilValue);
    PROTECT(second ? second : R_NilValue);
    SEXP function = Rf_install(name);
    SEXP call = PROTECT(!first    ? Rf_lang1(function)
                        : !second ? Rf_lang2(function, first)
                                  : Rf_lang3(function, first, second));
    int failed = 0;
    SEXP result = R_tryEval(call, globals, &failed);
    UNPROTECT(3);
    return failed ? NULL : result;
}

#define LOCKED(type, expression)                                                                   \
    pthread_mutex_lock(&entered);                                                                  \
    type result = expression;                                                                      \
    pthread_mutex_unlock(&entered);                                                                \
    return result

static double managed_number(const char *name, SEXP first, SEXP second)
{
    SEXP result = managed(name, first, second);
    return result ? Rf_asReal(result) : -1;
}

static size_t managed_text(const char *name, char *buf, size_t len)
{
    SEXP result = managed(name, NULL, NULL);
    const char *text = result ? CHAR(STRING_ELT(result, 0)) : "";
    size_t length = strlen(text), written = length < len ? length : len - 1;
    memcpy(buf, text, written);
    buf[written] = '\0';
    return written;
}

static void initialise(void)
{
    static char *argv[] = {"R", "--vanilla", "--no-echo", "--no-readline"};
    setenv("R_HOME", R_HOME, 0);
#ifndef SIGNALS
    R_SignalHandlers = 0;
#endif
    Rf_initialize_R(sizeof argv / sizeof *argv, argv);
    /* Or an error ends the process. */
    R_Interactive = TRUE;
    /* The limits are those of the thread that came first, and others may call. */
    R_CStackLimit = (uintptr_t)-1;
    setup_Rmainloop();
}

static bool load_main(void)
{
    globals = R_NewEnv(R_GlobalEnv, TRUE, 64);
    R_PreserveObject(globals);
    define_host("host_emit", (DL_FUNC)host_emit);
    define_host("host_live", (DL_FUNC)host_live);
    define_host("host_apply", (DL_FUNC)host_apply);
    define_host("host_test", (DL_FUNC)host_test);
    ParseStatus status;
    SEXP text = PROTECT(Rf_mkString(main_r));
    SEXP program = PROTECT(R_ParseVector(text, -1, &status, R_NilValue));
    int failed = status != PARSE_OK;
    for (R_xlen_t i = 0; !failed && i < XLENGTH(program); i++)
        R_tryEval(VECTOR_ELT(program, i), globals, &failed);
    UNPROTECT(2);
    return !failed;
}

static int bring_up(void)
{
    if (globals)
        return 0;
    /* Another library may have brought the same libR up; then that one takes it down. */
    initialised_here = !R_NilValue;
    if (initialised_here)
        initialise();
    if (!load_main())
        return 1;
    managed_text("version_text", version_text, sizeof version_text);
    return 0;
}

static const char *version(void)
{
    return version_text;
}

static int start(const coexist_host *host)
{
    atomic_store(&the_host, host);
    LOCKED(int, bring_up());
}

static int stop(void)
{
    pthread_mutex_lock(&entered);
    if (globals)
        R_ReleaseObject(globals);
    if (globals && initialised_here)
        Rf_endEmbeddedR(0);
    globals = NULL;
    pthread_mutex_unlock(&entered);
    return 0;
}

static void callback(void)
{
    pthread_mutex_lock(&entered);
    managed("callback", NULL, NULL);
    pthread_mutex_unlock(&entered);
}

static int64_t call_locked(coexist_fn fn, void *arg)
{
    SEXP function = PROTECT(R_MakeExternalPtrFn((DL_FUNC)fn, R_NilValue, R_NilValue));
    SEXP argument = PROTECT(R_MakeExternalPtr(arg, R_NilValue, R_NilValue));
    SEXP result = managed("call_back", function, argument);
    UNPROTECT(2);
    return result ? to_int64(result) : -1;
}

static int64_t call(coexist_fn fn, void *arg)
{
    LOCKED(int64_t, call_locked(fn, arg));
}

/* Doubles are exact for the sums of up to 128 MiB. */
static int churn_locked(uint32_t mib, uint32_t seed, uint64_t *sum)
{
    SEXP size = PROTECT(Rf_ScalarReal(mib));
    SEXP first = PROTECT(Rf_ScalarReal(seed));
    double total = managed_number("churn", size, first);
    UNPROTECT(2);
    *sum = total < 0 ? 0 : (uint64_t)total;
    return total < 0;
}

static int churn(uint32_t mib, uint32_t seed, uint64_t *sum)
{
    LOCKED(int, churn_locked(mib, seed, sum));
}

static int64_t raise_locked(int64_t payload)
{
    SEXP result = managed("catch", from_int64(payload), NULL);
    return result ? to_int64(result) : ~payload;
}

static int64_t raise_error(int64_t payload)
{
    LOCKED(int64_t, raise_locked(payload));
}

static int overflow(void)
{
    LOCKED(int, (int)managed_number("overflow", NULL, NULL));
}

static size_t backtrace(char *buf, size_t len)
{
    if (len == 0)
        return 0;
    LOCKED(size_t, managed_text("coexist_depth_1", buf, len));
}

static int64_t state(void)
{
    LOCKED(int64_t, (int64_t)managed_number("state", NULL, NULL));
}

static const coexist_runtime runtime = {
    .abi = COEXIST_ABI,
    .size = sizeof(coexist_runtime),
    .id = "r",
    .title = "R",
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

__attribute__((visibility("default"))) const coexist_runtime *COEXIST_EXPORT(r)(void);

const coexist_runtime *COEXIST_EXPORT(r)(void)
{
    return &runtime;
}

#ifdef EAGER
__attribute__((constructor)) static void run_main(void)
{
    if (start(coexist_early_host ? coexist_early_host("r") : NULL) != 0)
        return;
    pthread_mutex_lock(&entered);
    managed("main", NULL, NULL);
    pthread_mutex_unlock(&entered);
}

/* Who brought R up in a constructor takes it down in a destructor: nobody else can. */
__attribute__((destructor)) static void end_main(void)
{
    stop();
}
#endif
