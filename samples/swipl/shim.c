/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The Prolog sample's shim: the table, and what main.pl finds as host_…. It marshals. */
#include "coexist_runtime.h"
#include <SWI-Prolog.h>
#include <SWI-Stream.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

__asm__(".pushsection .rodata\n"
        "main_pl: .incbin \"main.pl\"\n"
        ".byte 0\n"
        ".popsection\n");
extern const char main_pl[] __attribute__((visibility("hidden")));

static const coexist_host *_Atomic the_host;
static bool started;
static bool initialised_here;
static _Thread_local bool attached_here;
static char module_name[32]; /* of main.pl: another one in each library */
static char version_text[64];

static void callback(void);

/* What main.pl calls. */

static foreign_t host_emit(term_t what, term_t value)
{
    char *text;
    int64_t number;
    if (!PL_get_chars(what, &text, CVT_ATOM | CVT_STRING | CVT_EXCEPTION) ||
        !PL_get_int64_ex(value, &number))
        return FALSE;
    const coexist_host *host = atomic_load(&the_host);
    if (host)
        host->emit(host, text, number);
    return TRUE;
}

static foreign_t host_apply(term_t fn, term_t arg, term_t result)
{
    int64_t function, argument;
    if (!PL_get_int64_ex(fn, &function) || !PL_get_int64_ex(arg, &argument))
        return FALSE;
    return PL_unify_int64(result, ((coexist_fn)(uintptr_t)function)((void *)(uintptr_t)argument));
}

static foreign_t host_test(term_t name)
{
    char *text;
    if (!PL_get_chars(name, &text, CVT_ATOM | CVT_STRING | CVT_EXCEPTION))
        return FALSE;
#ifdef EAGER
    coexist_test(text, callback);
#endif
    return TRUE;
}

/* What the host calls. */

/* Calls a predicate of main.pl with integers and one variable, which is its result. */
static bool managed(const char *name, int count, int64_t first, int64_t second,
                    bool (*take)(term_t, void *), void *into)
{
    fid_t frame = PL_open_foreign_frame();
    term_t args = PL_new_term_refs(count + 1);
    bool good = (count < 1 || PL_put_int64(args, first)) &&
                (count < 2 || PL_put_int64(args + 1, second));
    predicate_t predicate = PL_predicate(name, count + 1, module_name);
    good = good && PL_call_predicate(NULL, PL_Q_NORMAL, predicate, args) &&
           take(args + (term_t)count, into);
    PL_discard_foreign_frame(frame);
    return good;
}

static bool take_number(term_t result, void *into)
{
    return PL_get_int64(result, into);
}

static int64_t managed_number(const char *name, int count, int64_t first, int64_t second)
{
    int64_t result = -1;
    managed(name, count, first, second, take_number, &result);
    return result;
}

struct text {
    char *buf;
    size_t len;
};

static bool take_text(term_t result, void *into)
{
    const struct text *text = into;
    char *found;
    if (!PL_get_chars(result, &found, CVT_STRING | CVT_ATOM | REP_UTF8))
        return false;
    snprintf(text->buf, text->len, "%s", found);
    return true;
}

static size_t managed_text(const char *name, char *buf, size_t len)
{
    struct text text = {buf, len};
    if (len == 0)
        return 0;
    buf[0] = '\0';
    managed(name, 0, 0, 0, take_text, &text);
    return strlen(buf);
}

/* load_files(Module:Module, [stream(Stream)]) */
static bool load_main(void)
{
    snprintf(module_name, sizeof module_name, "coexist_%p", (void *)module_name);
    PL_register_foreign_in_module(module_name, "host_emit", 2, (pl_function_t)host_emit, 0);
    PL_register_foreign_in_module(module_name, "host_apply", 3, (pl_function_t)host_apply, 0);
    PL_register_foreign_in_module(module_name, "host_test", 1, (pl_function_t)host_test, 0);
    fid_t frame = PL_open_foreign_frame();
    term_t args = PL_new_term_refs(2), stream = PL_new_term_ref();
    IOSTREAM *text = Sopen_string(NULL, (char *)(uintptr_t)main_pl, strlen(main_pl), "r");
    bool good = text && PL_unify_stream(stream, text) &&
                PL_unify_term(args, PL_FUNCTOR_CHARS, ":", 2, PL_CHARS, module_name, PL_CHARS,
                              module_name) &&
                PL_unify_term(args + 1, PL_LIST, 1, PL_FUNCTOR_CHARS, "stream", 1, PL_TERM,
                              stream) &&
                PL_call_predicate(NULL, PL_Q_NORMAL, PL_predicate("load_files", 2, "system"), args);
    PL_discard_foreign_frame(frame);
    return good;
}

static int attach(void)
{
    if (PL_thread_self() >= 0)
        return 0;
    attached_here = PL_thread_attach_engine(NULL) >= 0;
    return attached_here ? 0 : 1;
}

static int detach(void)
{
    bool destroy = attached_here;
    attached_here = false;
    return !destroy || PL_thread_destroy_engine() ? 0 : 1;
}

static const char *version(void)
{
    return version_text;
}

/* There is one Prolog in a process. The library that brings it up takes it down. */
static int start(const coexist_host *host)
{
    static char program[] = "coexist", quiet[] = "-q";
    static char *arguments[] = {program, quiet, NULL};
    atomic_store(&the_host, host);
    if (started)
        return 0;
    initialised_here = !PL_is_initialised(NULL, NULL);
    if (initialised_here && !PL_initialise(2, arguments))
        return 1;
    if (!load_main())
        return 2;
    started = true;
    managed_text("entry_version", version_text, sizeof version_text);
    return 0;
}

static int stop(void)
{
    bool last = started && initialised_here;
    started = false;
    return last && PL_cleanup(PL_CLEANUP_NO_CANCEL) != PL_CLEANUP_SUCCESS;
}

static void callback(void)
{
    managed_number("entry_callback", 0, 0, 0);
}

static int64_t call(coexist_fn fn, void *arg)
{
    return managed_number("entry_call", 2, (int64_t)(uintptr_t)fn, (int64_t)(uintptr_t)arg);
}

static int churn(uint32_t mib, uint32_t seed, uint64_t *sum)
{
    int64_t result = managed_number("entry_churn", 2, mib, seed);
    *sum = (uint64_t)result;
    return result < 0;
}

static int64_t raise_error(int64_t payload)
{
    return managed_number("entry_raise", 1, payload, 0);
}

static int overflow(void)
{
    return (int)managed_number("entry_overflow", 0, 0, 0);
}

static int64_t spawn(coexist_fn fn, void *arg)
{
    return managed_number("entry_spawn", 2, (int64_t)(uintptr_t)fn, (int64_t)(uintptr_t)arg);
}

static int spin(uint32_t n)
{
    return (int)managed_number("entry_spin", 1, n, 0);
}

static size_t backtrace(char *buf, size_t len)
{
    return managed_text("entry_backtrace", buf, len);
}

static int64_t state(void)
{
    return managed_number("entry_state", 0, 0, 0);
}

static const coexist_runtime runtime = {
    .abi = COEXIST_ABI,
    .size = sizeof(coexist_runtime),
    .id = "swipl",
    .title = "Prolog",
    .version = version,
    .start = start,
    .stop = stop,
    .callback = callback,
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

__attribute__((visibility("default"))) const coexist_runtime *COEXIST_EXPORT(swipl)(void);

const coexist_runtime *COEXIST_EXPORT(swipl)(void)
{
    return &runtime;
}

#ifdef EAGER
__attribute__((constructor)) static void run_main(void)
{
    if (start(coexist_early_host ? coexist_early_host("swipl") : NULL) == 0)
        managed_number("entry_main", 0, 0, 0);
}
#endif
