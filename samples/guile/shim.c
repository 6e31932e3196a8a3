/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The Guile sample's shim: the table, and what main.scm finds as host-…. It marshals. */
#include "coexist_runtime.h"
#include <libguile.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

__asm__(".pushsection .rodata\n"
        ".balign 16\n"
        "main_go: .incbin \"main.go\"\n"
        "main_go_end:\n"
        ".popsection\n");
#define HIDDEN __attribute__((visibility("hidden")))
extern const char main_go[] HIDDEN, main_go_end[] HIDDEN;

static const coexist_host *_Atomic the_host;
static SCM module; /* of main.scm */
static bool started;
static char version_text[64];

static void callback(void);

/* What main.scm calls. */

static SCM host_emit(SCM what, SCM value)
{
    char text[96];
    size_t length = scm_to_locale_stringbuf(what, text, sizeof text - 1);
    text[length < sizeof text ? length : sizeof text - 1] = '\0';
    const coexist_host *host = atomic_load(&the_host);
    if (host)
        host->emit(host, text, scm_to_int64(value));
    return SCM_UNSPECIFIED;
}

static SCM host_live(SCM block)
{
    scm_t_array_handle handle;
    size_t length;
    ssize_t step;
    const scm_t_uint32 *words = scm_u32vector_elements(block, &handle, &length, &step);
    const coexist_host *host = atomic_load(&the_host);
    if (host)
        host->live(host, words, length * sizeof *words);
    scm_array_handle_release(&handle);
    return SCM_UNSPECIFIED;
}

static SCM host_apply(SCM fn, SCM arg)
{
    coexist_fn function = (coexist_fn)(uintptr_t)scm_to_int64(fn);
    return scm_from_int64(function((void *)(uintptr_t)scm_to_int64(arg)));
}

static SCM host_test(SCM name)
{
#ifdef EAGER
    char *text = scm_to_locale_string(name);
    coexist_test(text, callback);
    free(text);
#else
    (void)name;
#endif
    return SCM_UNSPECIFIED;
}

static void define_host(const char *name, int count, void *function)
{
    scm_c_module_define(module, name, scm_c_make_gsubr(name, count, 0, 0, function));
}

/* What the host calls: any thread may, scm_with_guile makes it known. */

struct invocation {
    const char *name;
    int count;
    int64_t first, second;
    int64_t result;
    char *buf;
    size_t len;
};

static SCM apply_entry(void *data)
{
    const struct invocation *invocation = data;
    SCM name = scm_from_utf8_symbol(invocation->name);
    SCM entry = scm_variable_ref(scm_module_variable(module, name));
    SCM first = scm_from_int64(invocation->first), second = scm_from_int64(invocation->second);
    SCM args = invocation->count == 0   ? SCM_EOL
               : invocation->count == 1 ? scm_list_1(first)
                                        : scm_list_2(first, second);
    return scm_apply_0(entry, args);
}

static SCM show_error(void *data, SCM key, SCM args)
{
    (void)data;
    scm_display(scm_cons(key, args), scm_current_error_port());
    scm_newline(scm_current_error_port());
    return SCM_BOOL_F;
}

static void *run_invocation(void *data)
{
    struct invocation *invocation = data;
    SCM result = scm_c_catch(SCM_BOOL_T, apply_entry, invocation, show_error, NULL, NULL, NULL);
    if (scm_is_integer(result))
        invocation->result = scm_to_int64(result);
    if (scm_is_string(result) && invocation->len > 0) {
        size_t length = scm_to_locale_stringbuf(result, invocation->buf, invocation->len - 1);
        size_t written = length < invocation->len ? length : invocation->len - 1;
        invocation->buf[written] = '\0';
        invocation->result = (int64_t)written;
    }
    return NULL;
}

static int64_t managed(const char *name, int count, int64_t first, int64_t second)
{
    struct invocation invocation = {
        .name = name, .count = count, .first = first, .second = second, .result = -1};
    scm_with_guile(run_invocation, &invocation);
    return invocation.result;
}

static size_t managed_text(const char *name, char *buf, size_t len)
{
    struct invocation invocation = {.name = name, .buf = buf, .len = len};
    if (len == 0)
        return 0;
    buf[0] = '\0';
    scm_with_guile(run_invocation, &invocation);
    return (size_t)invocation.result;
}

static SCM run_main_go(void *unused)
{
    (void)unused;
    SCM bytes = scm_c_make_bytevector((size_t)(main_go_end - main_go));
    memcpy(SCM_BYTEVECTOR_CONTENTS(bytes), main_go, (size_t)(main_go_end - main_go));
    SCM load = scm_c_public_ref("system vm loader", "load-thunk-from-memory");
    SCM outer = scm_set_current_module(module);
    scm_call_0(scm_call_1(load, bytes));
    scm_set_current_module(outer);
    return SCM_BOOL_T;
}

static void *load_main(void *unused)
{
    (void)unused;
    module = scm_gc_protect_object(
        scm_call_0(scm_c_public_ref("guile", "make-fresh-user-module")));
    define_host("host-emit", 2, (void *)(uintptr_t)host_emit);
    define_host("host-live", 1, (void *)(uintptr_t)host_live);
    define_host("host-apply", 2, (void *)(uintptr_t)host_apply);
    define_host("host-test", 1, (void *)(uintptr_t)host_test);
    SCM done = scm_c_catch(SCM_BOOL_T, run_main_go, NULL, show_error, NULL, NULL, NULL);
    started = scm_is_true(done);
    return NULL;
}

static const char *version(void)
{
    return version_text;
}

static int start(const coexist_host *host)
{
    atomic_store(&the_host, host);
    if (started)
        return 0;
    scm_with_guile(load_main, NULL);
    if (!started)
        return 1;
    managed_text("entry-version", version_text, sizeof version_text);
    return 0;
}

static void callback(void)
{
    managed("entry-callback", 0, 0, 0);
}

static int64_t call(coexist_fn fn, void *arg)
{
    return managed("entry-call", 2, (int64_t)(uintptr_t)fn, (int64_t)(uintptr_t)arg);
}

static int churn(uint32_t mib, uint32_t seed, uint64_t *sum)
{
    int64_t result = managed("entry-churn", 2, mib, seed);
    *sum = (uint64_t)result;
    return result < 0;
}

static int64_t raise_error(int64_t payload)
{
    return managed("entry-raise", 1, payload, 0);
}

static int overflow(void)
{
    return (int)managed("entry-overflow", 0, 0, 0);
}

static int64_t spawn(coexist_fn fn, void *arg)
{
    return managed("entry-spawn", 2, (int64_t)(uintptr_t)fn, (int64_t)(uintptr_t)arg);
}

static int spin(uint32_t n)
{
    return (int)managed("entry-spin", 1, n, 0);
}

static size_t backtrace(char *buf, size_t len)
{
    return managed_text("entry-backtrace", buf, len);
}

static int64_t state(void)
{
    return managed("entry-state", 0, 0, 0);
}

static const coexist_runtime runtime = {
    .abi = COEXIST_ABI,
    .size = sizeof(coexist_runtime),
    .id = "guile",
    .title = "Guile",
    .version = version,
    .start = start,
    .callback = callback,
    .call = call,
    .churn = churn,
    .raise = raise_error,
    .overflow = overflow,
    .spawn = spawn,
    .spin = spin,
    .backtrace = backtrace,
    .state = state,
};

__attribute__((visibility("default"))) const coexist_runtime *COEXIST_EXPORT(guile)(void);

const coexist_runtime *COEXIST_EXPORT(guile)(void)
{
    return &runtime;
}

#ifdef EAGER
__attribute__((constructor)) static void run_main(void)
{
    if (start(coexist_early_host ? coexist_early_host("guile") : NULL) == 0)
        managed("entry-main", 0, 0, 0);
}
#endif
