/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * The Perl sample's shim: the table, and the functions of main.pl's package Host. It marshals.
 *
 * An interpreter belongs to the thread that has it as its context, and has no lock of its own: one
 * mutex admits one thread at a time, until its outermost call returns.
 */
#define PERL_NO_GET_CONTEXT
/* Perl's headers do not keep to these warnings. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#pragma GCC diagnostic ignored "-Wsign-compare"
#include <EXTERN.h>
#include <perl.h>

#include <XSUB.h>

#include "coexist_runtime.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

__asm__(".pushsection .rodata\n"
        "main_pl: .incbin \"main.pl\"\n"
        ".byte 0\n"
        ".popsection\n");
extern const char main_pl[] __attribute__((visibility("hidden")));

static const coexist_host *_Atomic the_host;
static pthread_mutex_t entered = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static PerlInterpreter *perl;
static char version_text[64];

static void callback(void);

/* What main.pl calls. */

static void host_emit(pTHX_ CV *cv)
{
    dXSARGS;
    (void)cv;
    PERL_UNUSED_VAR(items);
    const coexist_host *host = atomic_load(&the_host);
    if (host)
        host->emit(host, SvPV_nolen(ST(0)), SvIV(ST(1)));
    XSRETURN_EMPTY;
}

static void host_live(pTHX_ CV *cv)
{
    dXSARGS;
    (void)cv;
    PERL_UNUSED_VAR(items);
    AV *block = (AV *)SvRV(ST(0));
    const coexist_host *host = atomic_load(&the_host);
    if (host)
        host->live(host, AvARRAY(block), (size_t)(av_top_index(block) + 1) * sizeof(SV *));
    XSRETURN_EMPTY;
}

static void host_apply(pTHX_ CV *cv)
{
    dXSARGS;
    (void)cv;
    PERL_UNUSED_VAR(items);
    coexist_fn fn = INT2PTR(coexist_fn, SvUV(ST(0)));
    int64_t result = fn(INT2PTR(void *, SvUV(ST(1))));
    /* Another library's interpreter may have come meanwhile. */
    PERL_SET_CONTEXT(my_perl);
    XSRETURN_IV(result);
}

static void host_test(pTHX_ CV *cv)
{
    dXSARGS;
    (void)cv;
    PERL_UNUSED_VAR(items);
#ifdef EAGER
    coexist_test(SvPV_nolen(ST(0)), callback);
#endif
    XSRETURN_EMPTY;
}

#ifdef EXTENSION
EXTERN_C void boot_DynaLoader(pTHX_ CV *cv);
#endif

static void define_host(pTHX)
{
#ifdef EXTENSION
    newXS("DynaLoader::boot_DynaLoader", boot_DynaLoader, __FILE__);
#endif
    newXS("Host::emit", host_emit, __FILE__);
    newXS("Host::live", host_live, __FILE__);
    newXS("Host::apply", host_apply, __FILE__);
    newXS("Host::test", host_test, __FILE__);
}

/* What the host calls. */

static PerlInterpreter *enter(void)
{
    pthread_mutex_lock(&entered);
    PerlInterpreter *outer = PERL_GET_CONTEXT;
    PERL_SET_CONTEXT(perl);
    return outer;
}

static void leave(PerlInterpreter *outer)
{
    PERL_SET_CONTEXT(outer);
    pthread_mutex_unlock(&entered);
}

/* Calls a function of main.pl, whose result or NULL is the caller's. */
static SV *managed(pTHX_ const char *name, SV *first, SV *second)
{
    SV *result = NULL;
    dSP;
    ENTER;
    SAVETMPS;
    PUSHMARK(SP);
    if (first)
        mXPUSHs(first);
    if (second)
        mXPUSHs(second);
    PUTBACK;
    int count = call_pv(name, G_SCALAR | G_EVAL);
    SPAGAIN;
    SV *top = count > 0 ? POPs : NULL;
    PUTBACK;
    if (SvTRUE(ERRSV))
        PerlIO_printf(PerlIO_stderr(), "%s", SvPV_nolen(ERRSV));
    else if (top)
        result = newSVsv(top);
    FREETMPS;
    LEAVE;
    return result;
}

static int64_t managed_number(pTHX_ const char *name, SV *first, SV *second)
{
    SV *result = managed(aTHX_ name, first, second);
    int64_t number = result ? SvIV(result) : -1;
    SvREFCNT_dec(result);
    return number;
}

static size_t managed_text(const char *name, char *buf, size_t len)
{
    if (len == 0)
        return 0;
    PerlInterpreter *outer = enter();
    dTHXa(perl);
    SV *result = managed(aTHX_ name, NULL, NULL);
    STRLEN length = 0;
    const char *text = result ? SvPV(result, length) : "";
    size_t written = length < len ? length : len - 1;
    memcpy(buf, text, written);
    buf[written] = '\0';
    SvREFCNT_dec(result);
    leave(outer);
    return written;
}

/* Once a process, and never taken back: another library may have an interpreter still. */
__attribute__((constructor)) static void initialise_perl(int argc, char **argv, char **env)
{
    PERL_SYS_INIT3(&argc, &argv, &env);
}

static const char *version(void)
{
    return version_text;
}

static int start(const coexist_host *host)
{
    static char program[] = "", text[] = "-e", nothing[] = "0";
    static char *arguments[] = {program, text, nothing, NULL};
    atomic_store(&the_host, host);
    if (perl)
        return 0;
    PerlInterpreter *outer = PERL_GET_CONTEXT;
    PerlInterpreter *my_perl = perl_alloc();
    if (!my_perl)
        return 1;
    PERL_SET_CONTEXT(my_perl);
    perl_construct(my_perl);
    PL_exit_flags |= PERL_EXIT_DESTRUCT_END;
    int error = perl_parse(my_perl, define_host, 3, arguments, NULL);
    if (error == 0)
        error = perl_run(my_perl);
    if (error != 0)
        return error;
    eval_pv(main_pl, TRUE);
    perl = my_perl;
    managed_text("Coexist::version", version_text, sizeof version_text);
#ifdef EXTENSION
    error = (int)managed_number(aTHX_ "Coexist::extension", NULL, NULL);
#endif
    if (outer)
        PERL_SET_CONTEXT(outer);
    return error;
}

static int stop(void)
{
    if (!perl)
        return 0;
    PerlInterpreter *outer = PERL_GET_CONTEXT;
    PerlInterpreter *my_perl = perl;
    perl = NULL;
    PERL_SET_CONTEXT(my_perl);
    int error = perl_destruct(my_perl);
    perl_free(my_perl);
    PERL_SET_CONTEXT(outer == my_perl ? NULL : outer);
    return error;
}

#define MANAGED(type, name, first, second)                                                         \
    PerlInterpreter *outer = enter();                                                              \
    dTHXa(perl);                                                                                   \
    type result = (type)managed_number(aTHX_ "Coexist::" name, first, second);                     \
    leave(outer)

static void callback(void)
{
    PerlInterpreter *outer = enter();
    dTHXa(perl);
    SvREFCNT_dec(managed(aTHX_ "Coexist::callback", NULL, NULL));
    leave(outer);
}

static int64_t call(coexist_fn fn, void *arg)
{
    MANAGED(int64_t, "call", newSVuv(PTR2UV(fn)), newSVuv(PTR2UV(arg)));
    return result;
}

static int churn(uint32_t mib, uint32_t seed, uint64_t *sum)
{
    MANAGED(int64_t, "churn", newSVuv(mib), newSVuv(seed));
    *sum = (uint64_t)result;
    return result < 0;
}

static int64_t raise_error(int64_t payload)
{
    MANAGED(int64_t, "raise", newSViv(payload), NULL);
    return result;
}

static size_t backtrace(char *buf, size_t len)
{
    return managed_text("Coexist::backtrace", buf, len);
}

static int64_t state(void)
{
    MANAGED(int64_t, "state", NULL, NULL);
    return result;
}

static const coexist_runtime runtime = {
    .abi = COEXIST_ABI,
    .size = sizeof(coexist_runtime),
    .id = "perl",
    .title = "Perl",
    .version = version,
    .start = start,
    .stop = stop,
    .callback = callback,
    .call = call,
    .churn = churn,
    .raise = raise_error,
    .backtrace = backtrace,
    .state = state,
};

__attribute__((visibility("default"))) const coexist_runtime *COEXIST_EXPORT(perl)(void);

const coexist_runtime *COEXIST_EXPORT(perl)(void)
{
    return &runtime;
}

#ifdef EAGER
__attribute__((constructor)) static void run_main(void)
{
    if (start(coexist_early_host ? coexist_early_host("perl") : NULL) != 0)
        return;
    PerlInterpreter *outer = enter();
    dTHXa(perl);
    SvREFCNT_dec(managed(aTHX_ "Coexist::main", NULL, NULL));
    leave(outer);
}

/* Who brought Perl up in a constructor takes it down in a destructor: nobody else can. */
__attribute__((destructor)) static void end_main(void)
{
    stop();
}
#endif
