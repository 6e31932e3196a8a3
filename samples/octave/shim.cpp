/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * The Octave sample's shim: the table, and the functions of the host that main.m gets. It marshals.
 *
 * Octave knows no threads: one mutex admits one at a time, until its outermost call returns.
 */
#include "coexist_runtime.h"
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <interpreter.h>
#include <iostream>
#include <map>
#include <mutex>
#include <ov-builtin.h>
#include <ov-fcn-handle.h>
#include <oct.h>
#include <symtab.h>

__asm__(".pushsection .rodata\n"
        "main_m: .incbin \"main.m\"\n"
        ".byte 0\n"
        ".popsection\n");
extern "C" const char main_m[] __attribute__((visibility("hidden")));

namespace {

using octave::interpreter;

std::atomic<const coexist_host *> the_host;
std::recursive_mutex entered;
interpreter *ours; /* if this library brought Octave up */
char version_text[64];

/* main.m's functions. Another library may define others under the same names. */
std::map<std::string, octave_value> *entries;

void callback();

/* What main.m calls. */

octave_value_list host_emit(const octave_value_list &args, int)
{
    const coexist_host *host = the_host;
    if (host)
        host->emit(host, args(0).string_value().c_str(), args(1).int64_value());
    return {};
}

octave_value_list host_live(const octave_value_list &args, int)
{
    const uint32NDArray block = args(0).uint32_array_value();
    const coexist_host *host = the_host;
    if (host)
        host->live(host, block.data(), block.byte_size());
    return {};
}

octave_value_list host_apply(const octave_value_list &args, int)
{
    auto fn = reinterpret_cast<coexist_fn>(args(0).uint64_value());
    return ovl(octave_int64(fn(reinterpret_cast<void *>(args(1).uint64_value()))));
}

#ifdef EAGER
octave_value_list host_test(const octave_value_list &args, int)
{
    coexist_test(args(0).string_value().c_str(), callback);
    return {};
}
#endif

octave_value handle(octave_builtin::fcn function, const char *name)
{
    return octave_value(
        new octave_fcn_handle(octave_value(new octave_builtin(function, name)), name));
}

octave_value pointer(const void *address)
{
    return octave_uint64(reinterpret_cast<uintptr_t>(address));
}

/* What the host calls. */

/* Calls a function of main.m. An error that main.m let through is shown. */
octave_value managed(const char *name, const octave_value_list &args, int results = 1)
{
    interpreter *octave = interpreter::the_interpreter();
    try {
        octave_value_list result = octave->feval(entries->at(name), args, results);
        return results ? result(0) : octave_value(0);
    } catch (const octave::execution_exception &error) {
        std::cerr << error.message() << '\n';
        octave->recover_from_exception();
    } catch (const std::exception &error) {
        std::cerr << error.what() << '\n';
    }
    return {};
}

int64_t number(const octave_value &value)
{
    return value.is_defined() ? value.int64_scalar_value().value() : -1;
}

size_t managed_text(const char *name, char *buf, size_t len)
{
    octave_value result = managed(name, {});
    std::string text = result.is_string() ? result.string_value() : "";
    size_t written = std::min(text.size(), len - 1);
    memcpy(buf, text.data(), written);
    buf[written] = '\0';
    return written;
}

void initialise()
{
    ours = new interpreter;
    ours->initialize_history(false);
    /* Its modules would not find their symbols in a library that was loaded with RTLD_LOCAL. */
    ours->initialize_load_path(false);
    ours->read_site_files(false);
    ours->read_init_files(false);
    ours->initialize();
}

void load_main()
{
    static const char *const names[] = {
        "entry_version",  "entry_callback",  "entry_call",  "entry_churn", "entry_raise",
        "entry_overflow", "coexist_depth_1", "entry_state", "entry_main",
    };
    interpreter *octave = interpreter::the_interpreter();
    int status = 0;
    octave->eval_string(std::string(main_m), true, status, 0);
    auto found = new std::map<std::string, octave_value>;
    for (const char *name : names)
        (*found)[name] = octave->get_symbol_table().find_cmdline_function(name);
    entries = found;
}

const char *version()
{
    return version_text;
}

int start(const coexist_host *host)
{
    std::lock_guard lock(entered);
    the_host = host;
    if (entries)
        return 0;
    try {
        /* Another library may have brought Octave up: a process has one. */
        if (!interpreter::the_interpreter())
            initialise();
        load_main();
    } catch (const octave::execution_exception &error) {
        std::cerr << error.message() << '\n';
        return 1;
    } catch (const std::exception &error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
    managed_text("entry_version", version_text, sizeof version_text);
    return 0;
}

int stop()
{
    std::lock_guard lock(entered);
    delete entries;
    entries = nullptr;
    delete ours;
    ours = nullptr;
    return 0;
}

void callback()
{
    std::lock_guard lock(entered);
    managed("entry_callback", ovl(handle(host_emit, "emit")), 0);
}

int64_t call(coexist_fn fn, void *arg)
{
    std::lock_guard lock(entered);
    const void *function = reinterpret_cast<const void *>(fn);
    return number(
        managed("entry_call", ovl(handle(host_apply, "apply"), pointer(function), pointer(arg))));
}

int churn(uint32_t mib, uint32_t seed, uint64_t *sum)
{
    std::lock_guard lock(entered);
    octave_value result =
        managed("entry_churn", ovl(handle(host_live, "live"), static_cast<double>(mib),
                                   static_cast<double>(seed)));
    if (result.is_undefined())
        return 1;
    *sum = result.uint64_scalar_value().value();
    return 0;
}

int64_t raise_error(int64_t payload)
{
    std::lock_guard lock(entered);
    return number(managed("entry_raise", ovl(octave_int64(payload))));
}

int overflow()
{
    std::lock_guard lock(entered);
    return static_cast<int>(number(managed("entry_overflow", {})));
}

size_t backtrace(char *buf, size_t len)
{
    std::lock_guard lock(entered);
    return len == 0 ? 0 : managed_text("coexist_depth_1", buf, len);
}

int64_t state()
{
    std::lock_guard lock(entered);
    return number(managed("entry_state", {}));
}

constexpr coexist_runtime runtime = {
    .abi = COEXIST_ABI,
    .size = sizeof(coexist_runtime),
    .id = "octave",
    .title = "Octave",
    .version = version,
    .start = start,
    .stop = stop,
    .callback = callback,
    .call = call,
    .churn = churn,
    .raise = raise_error,
    .fault = nullptr,
    .overflow = overflow,
    .spawn = nullptr,
    .attach = nullptr,
    .detach = nullptr,
    .spin = nullptr,
    .clock = nullptr,
    .backtrace = backtrace,
    .state = state,
};

} /* namespace */

extern "C" __attribute__((visibility("default"))) const coexist_runtime *
COEXIST_EXPORT(octave)(void)
{
    return &runtime;
}

#ifdef EAGER
__attribute__((constructor)) static void run_main()
{
    if (start(coexist_early_host ? coexist_early_host("octave") : nullptr) != 0)
        return;
    /* Who brought Octave up in a constructor takes it down, before its own destructors run. */
    atexit([] { stop(); });
    std::lock_guard lock(entered);
    managed("entry_main", ovl(handle(host_test, "test")), 0);
}
#endif
