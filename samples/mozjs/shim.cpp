/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * The SpiderMonkey sample's shim: the table, and the functions that main.js gets. It marshals.
 *
 * A context is bound to the thread that made it, and a thread can have only one. So each thread
 * that comes in has its own, with a global of its own in which main.js has run.
 */
#include "coexist_runtime.h"
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <js/BigInt.h>
#include <js/CompilationAndEvaluation.h>
#include <js/Conversions.h>
#include <js/Initialization.h>
#include <js/PropertyAndElement.h>
#include <js/SourceText.h>
#include <js/StructuredClone.h>
#include <js/experimental/TypedData.h>
#include <jsapi.h>

__asm__(".pushsection .rodata\n"
        "main_js: .incbin \"main.js\"\n"
        "main_js_end:\n"
        ".popsection\n");
#define HIDDEN __attribute__((visibility("hidden")))
extern "C" const char main_js[] HIDDEN, main_js_end[] HIDDEN;

namespace {

/* The stack that JavaScript may take; without a quota there is no limit. */
constexpr size_t stack_quota = 1024 * 1024;

struct session {
    JSContext *cx;
    JS::PersistentRootedObject global;
};

std::atomic<const coexist_host *> the_host;
thread_local session *current;
JSRuntime *first;                    /* the parent of all further ones */
JSAutoStructuredCloneBuffer *shared; /* the counter */
bool initialised_here;

void callback();

/* What main.js calls. */

bool js_print(JSContext *cx, unsigned count, JS::Value *vp)
{
    JS::CallArgs args = JS::CallArgsFromVp(count, vp);
    JS::RootedString line(cx, JS::ToString(cx, args[0]));
    JS::UniqueChars text = line ? JS_EncodeStringToUTF8(cx, line) : nullptr;
    if (!text)
        return false;
    printf("%s\n", text.get());
    args.rval().setUndefined();
    return true;
}

bool js_emit(JSContext *cx, unsigned count, JS::Value *vp)
{
    JS::CallArgs args = JS::CallArgsFromVp(count, vp);
    JS::RootedString name(cx, JS::ToString(cx, args[0]));
    JS::UniqueChars what = name ? JS_EncodeStringToUTF8(cx, name) : nullptr;
    int64_t value = 0;
    if (!what || !JS::ToInt64(cx, args[1], &value))
        return false;
    if (const coexist_host *host = the_host)
        host->emit(host, what.get(), value);
    args.rval().setUndefined();
    return true;
}

bool js_live(JSContext *, unsigned count, JS::Value *vp)
{
    JS::CallArgs args = JS::CallArgsFromVp(count, vp);
    size_t words = 0;
    bool is_shared;
    uint32_t *data = nullptr;
    JS_GetObjectAsUint32Array(&args[0].toObject(), &words, &is_shared, &data);
    if (const coexist_host *host = the_host)
        host->live(host, data, words * sizeof *data);
    args.rval().setUndefined();
    return true;
}

bool js_collect(JSContext *cx, unsigned count, JS::Value *vp)
{
    JS_GC(cx);
    JS::CallArgsFromVp(count, vp).rval().setUndefined();
    return true;
}

bool js_apply(JSContext *cx, unsigned count, JS::Value *vp)
{
    JS::CallArgs args = JS::CallArgsFromVp(count, vp);
    auto fn = reinterpret_cast<coexist_fn>(JS::ToBigUint64(args[0].toBigInt()));
    auto arg = reinterpret_cast<void *>(JS::ToBigUint64(args[1].toBigInt()));
    JS::BigInt *result = JS::NumberToBigInt(cx, fn(arg));
    if (!result)
        return false;
    args.rval().setBigInt(result);
    return true;
}

#ifdef EAGER
bool js_test(JSContext *cx, unsigned count, JS::Value *vp)
{
    JS::CallArgs args = JS::CallArgsFromVp(count, vp);
    JS::RootedString name(cx, JS::ToString(cx, args[0]));
    JS::UniqueChars text = name ? JS_EncodeStringToUTF8(cx, name) : nullptr;
    if (!text)
        return false;
    coexist_test(text.get(), callback);
    args.rval().setUndefined();
    return true;
}
#endif

constexpr JSFunctionSpec functions[] = {
    JS_FN("print", js_print, 1, 0),
    JS_FN("emit", js_emit, 2, 0),
    JS_FN("live", js_live, 1, 0),
    JS_FN("collect", js_collect, 0, 0),
    JS_FN("apply", js_apply, 2, 0),
#ifdef EAGER
    JS_FN("test", js_test, 1, 0),
#endif
    JS_FS_END,
};

/* What the host calls. */

void show_error(JSContext *cx)
{
    JS::RootedValue error(cx);
    if (JS_GetPendingException(cx, &error)) {
        JS_ClearPendingException(cx);
        JS::RootedString line(cx, JS::ToString(cx, error));
        if (JS::UniqueChars text = line ? JS_EncodeStringToUTF8(cx, line) : nullptr)
            fprintf(stderr, "%s\n", text.get());
    }
    JS_ClearPendingException(cx);
}

/* Calls a function of main.js in the thread's realm, which is entered already. */
bool run(const char *name, const JS::HandleValueArray &args, JS::MutableHandleValue result)
{
    JSContext *cx = current->cx;
    JS::RootedObject global(cx, current->global);
    if (JS_CallFunctionName(cx, global, name, args, result))
        return true;
    show_error(cx);
    return false;
}

int64_t managed(const char *name, int64_t first_arg = 0, int64_t second_arg = 0)
{
    if (!current)
        return -1;
    JSContext *cx = current->cx;
    JSAutoRealm realm(cx, current->global);
    JS::RootedValueArray<2> args(cx);
    JS::RootedValue result(cx);
    JS::BigInt *number = JS::NumberToBigInt(cx, first_arg);
    if (!number)
        return -1;
    args[0].setBigInt(number);
    number = JS::NumberToBigInt(cx, second_arg);
    if (!number)
        return -1;
    args[1].setBigInt(number);
    if (!run(name, args, &result))
        return -1;
    if (result.isBigInt())
        return JS::ToBigInt64(result.toBigInt());
    return result.isNumber() ? static_cast<int64_t>(result.toNumber()) : 0;
}

/* The counter's memory goes from the first thread's global to the others'. */
bool share(JSContext *cx)
{
    JS::CloneDataPolicy policy;
    policy.allowIntraClusterClonableSharedObjects();
    policy.allowSharedMemoryObjects();
    JS::RootedValue counter(cx);
    if (shared)
        return shared->read(cx, &counter, policy) &&
               run("share", JS::HandleValueArray(counter), &counter);
    shared =
        new JSAutoStructuredCloneBuffer(JS::StructuredCloneScope::SameProcess, nullptr, nullptr);
    return run("share", JS::HandleValueArray::empty(), &counter) &&
           shared->write(cx, counter, JS::UndefinedHandleValue, policy);
}

bool load_main(JSContext *cx)
{
    static constexpr JSClass global_class = {
        "global", JSCLASS_GLOBAL_FLAGS, &JS::DefaultGlobalClassOps, nullptr, nullptr, nullptr,
    };
    JS::RealmOptions options;
    options.creationOptions().setSharedMemoryAndAtomicsEnabled(true);
    JS::RootedObject global(
        cx, JS_NewGlobalObject(cx, &global_class, nullptr, JS::FireOnNewGlobalHook, options));
    if (!global)
        return false;
    current->global.init(cx, global);
    JSAutoRealm realm(cx, global);
    JS::CompileOptions compile(cx);
    compile.setFileAndLine("main.js", 1);
    JS::SourceText<mozilla::Utf8Unit> source;
    JS::RootedValue result(cx);
    if (JS_DefineFunctions(cx, global, functions) &&
        source.init(cx, main_js, static_cast<size_t>(main_js_end - main_js),
                    JS::SourceOwnership::Borrowed) &&
        JS::Evaluate(cx, compile, source, &result) && share(cx))
        return true;
    show_error(cx);
    return false;
}

int detach()
{
    if (current) {
        current->global.reset();
        JS_DestroyContext(current->cx);
        delete current;
        current = nullptr;
    }
    return 0;
}

int attach()
{
    if (current)
        return 0;
    JSContext *cx = JS_NewContext(JS::DefaultHeapMaxBytes, first);
    if (!cx)
        return 1;
    JS_SetNativeStackQuota(cx, stack_quota);
    current = new session{cx, {}};
    if (JS::InitSelfHostedCode(cx) && load_main(cx))
        return 0;
    detach();
    return 2;
}

const char *version()
{
    return JS_GetImplementationVersion();
}

int start(const coexist_host *host)
{
    the_host = host;
    if (first)
        return 0;
    if (!JS_IsInitialized()) {
        if (!JS_Init())
            return 3;
        initialised_here = true;
    }
    int error = attach();
    if (!error)
        first = JS_GetRuntime(current->cx);
    return error;
}

int stop()
{
    if (!first)
        return 0;
    delete shared;
    shared = nullptr;
    detach();
    first = nullptr;
    if (initialised_here)
        JS_ShutDown();
    initialised_here = false;
    return 0;
}

void callback()
{
    managed("callback");
}

int64_t call(coexist_fn fn, void *arg)
{
    return managed("call", reinterpret_cast<int64_t>(fn), reinterpret_cast<int64_t>(arg));
}

int churn(uint32_t mib, uint32_t seed, uint64_t *sum)
{
    int64_t result = managed("churn", mib, seed);
    *sum = static_cast<uint64_t>(result);
    return result < 0;
}

int64_t raise_error(int64_t payload)
{
    return managed("raise", payload);
}

int fault()
{
    return static_cast<int>(managed("fault"));
}

int overflow()
{
    return static_cast<int>(managed("overflow"));
}

int64_t spawn(coexist_fn fn, void *arg)
{
    return managed("spawn", reinterpret_cast<int64_t>(fn), reinterpret_cast<int64_t>(arg));
}

size_t backtrace(char *buf, size_t len)
{
    if (len == 0)
        return 0;
    buf[0] = '\0';
    if (!current)
        return 0;
    JSContext *cx = current->cx;
    JSAutoRealm realm(cx, current->global);
    JS::RootedValue result(cx);
    if (!run("coexist_depth_1", JS::HandleValueArray::empty(), &result))
        return 0;
    JS::RootedString trace(cx, result.toString());
    if (JS::UniqueChars text = JS_EncodeStringToUTF8(cx, trace))
        snprintf(buf, len, "%s", text.get());
    return strlen(buf);
}

int64_t state()
{
    return managed("state");
}

constexpr coexist_runtime runtime = {
    .abi = COEXIST_ABI,
    .size = sizeof(coexist_runtime),
    .id = "mozjs",
    .title = "SpiderMonkey",
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
    .spin = nullptr,
    .clock = nullptr,
    .backtrace = backtrace,
    .state = state,
};

} /* namespace */

extern "C" __attribute__((visibility("default"))) const coexist_runtime *COEXIST_EXPORT(mozjs)(void)
{
    return &runtime;
}

#ifdef EAGER
__attribute__((constructor)) static void run_main()
{
    if (start(coexist_early_host ? coexist_early_host("mozjs") : nullptr) != 0)
        return;
    /* Nobody will stop it, and it must be down before its own destructors run. */
    atexit([] { stop(); });
    managed("main");
}
#endif
