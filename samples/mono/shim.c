/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The C# sample's shim: the table, and the functions that Main.cs gets as pointers. It marshals. */
#include "coexist_runtime.h"
#include <mono/jit/jit.h>
#include <mono/metadata/assembly.h>
#include <mono/metadata/threads.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

__asm__(".pushsection .rodata\n"
        ".balign 16\n"
        "main_exe: .incbin \"Main.exe\"\n"
        "main_exe_end:\n"
        ".popsection\n");
#define HIDDEN __attribute__((visibility("hidden")))
extern const char main_exe[] HIDDEN, main_exe_end[] HIDDEN;

static const coexist_host *_Atomic the_host;
static MonoDomain *domain;
static MonoClass *program;
static bool created_here;
static _Thread_local MonoThread *attached;
static char version_text[128];

/* What Main.cs calls. */

static void host_emit(const char *what, int64_t value)
{
    const coexist_host *host = atomic_load(&the_host);
    if (host)
        host->emit(host, what, value);
}

static void host_live(const void *block, size_t size)
{
    const coexist_host *host = atomic_load(&the_host);
    if (host)
        host->live(host, block, size);
}

/* What the host calls. */

/* Each call runs in the library's domain and leaves the thread in the one where it was. */
static MonoObject *invoke(const char *name, int count, void **args)
{
    MonoDomain *outer = mono_domain_get();
    mono_domain_set(domain, false);
    MonoMethod *method = mono_class_get_method_from_name(program, name, count);
    MonoObject *error = NULL;
    MonoObject *result = method ? mono_runtime_invoke(method, NULL, args, &error) : NULL;
    if (error) {
        mono_print_unhandled_exception(error);
        result = NULL;
    }
    if (outer)
        mono_domain_set(outer, false);
    return result;
}

static int64_t managed(const char *name, int64_t first, int64_t second)
{
    void *args[] = {&first, &second};
    MonoObject *result = invoke(name, 2, args);
    return result ? *(int64_t *)mono_object_unbox(result) : -1;
}

static size_t managed_text(const char *name, char *buf, size_t len)
{
    if (len == 0)
        return 0;
    MonoObject *result = invoke(name, 0, NULL);
    char *text = result ? mono_string_to_utf8((MonoString *)result) : NULL;
    snprintf(buf, len, "%s", text ? text : "");
    mono_free(text);
    return strlen(buf);
}

static bool load_main(void)
{
    MonoImageOpenStatus status;
    MonoImage *image = mono_image_open_from_data_with_name(
        (char *)(uintptr_t)main_exe, (uint32_t)(main_exe_end - main_exe), true, &status, false,
        "Main.exe");
    if (!image)
        return false;
    MonoAssembly *assembly = mono_assembly_load_from_full(image, "Main.exe", &status, false);
    if (!assembly)
        return false;
    program = mono_class_from_name(mono_assembly_get_image(assembly), "", "Program");
    return program && managed("Bind", (int64_t)(uintptr_t)host_emit,
                              (int64_t)(uintptr_t)host_live) == 0;
}

static const char *version(void)
{
    return version_text;
}

/* There is one Mono in a process, and each library has an application domain of its own in it. */
static int start(const coexist_host *host)
{
    atomic_store(&the_host, host);
    if (program)
        return 0;
    MonoDomain *root = mono_get_root_domain();
    created_here = !root;
    if (!root)
        root = mono_jit_init_version("coexist", "v4.0.30319");
    if (!root)
        return 1;
    domain = mono_domain_create_appdomain((char[]){"coexist"}, NULL);
    if (!domain)
        return 2;
    mono_domain_set(domain, false);
    bool loaded = load_main();
    mono_domain_set(root, false);
    if (!loaded)
        return 3;
    managed_text("Version", version_text, sizeof version_text);
    return 0;
}

static int stop(void)
{
    if (created_here && program)
        mono_jit_cleanup(mono_get_root_domain());
    program = NULL;
    return 0;
}

static int attach(void)
{
    if (mono_domain_get())
        return 0;
    attached = mono_thread_attach(domain);
    return attached ? 0 : 1;
}

static int detach(void)
{
    if (attached)
        mono_thread_detach(attached);
    attached = NULL;
    return 0;
}

static void callback(void)
{
    managed("Callback", 0, 0);
}

static int64_t call(coexist_fn fn, void *arg)
{
    return managed("Call", (int64_t)(uintptr_t)fn, (int64_t)(uintptr_t)arg);
}

static int churn(uint32_t mib, uint32_t seed, uint64_t *sum)
{
    int64_t result = managed("Churn", mib, seed);
    *sum = (uint64_t)result;
    return result < 0;
}

static int64_t raise_error(int64_t payload)
{
    return managed("Raise", payload, 0);
}

static int fault(void)
{
    return (int)managed("Fault", 0, 0);
}

static int overflow(void)
{
    return (int)managed("Overflow", 0, 0);
}

static int64_t spawn(coexist_fn fn, void *arg)
{
    return managed("Spawn", (int64_t)(uintptr_t)fn, (int64_t)(uintptr_t)arg);
}

static int spin(uint32_t n)
{
    return (int)managed("Spin", n, 0);
}

static int64_t monotonic_clock(uint32_t n)
{
    return managed("Clock", n, 0);
}

static size_t backtrace(char *buf, size_t len)
{
    return managed_text("Backtrace", buf, len);
}

static int64_t state(void)
{
    return managed("State", 0, 0);
}

static const coexist_runtime runtime = {
    .abi = COEXIST_ABI,
    .size = sizeof(coexist_runtime),
    .id = "mono",
    .title = "C#",
    .version = version,
    .start = start,
    .stop = stop,
    .callback = callback,
    .call = call,
    .churn = churn,
    .raise = raise_error,
    .fault = fault,
    .overflow = overflow,
    .spawn = spawn,
    .attach = attach,
    .detach = detach,
    .spin = spin,
    .clock = monotonic_clock,
    .backtrace = backtrace,
    .state = state,
};

__attribute__((visibility("default"))) const coexist_runtime *COEXIST_EXPORT(mono)(void);

const coexist_runtime *COEXIST_EXPORT(mono)(void)
{
    return &runtime;
}

#ifdef EAGER
static void test(const char *name)
{
    coexist_test(name, callback);
}

__attribute__((constructor)) static void run_main(void)
{
    if (start(coexist_early_host ? coexist_early_host("mono") : NULL) == 0)
        managed("RunMain", (int64_t)(uintptr_t)test, 0);
}
#endif
