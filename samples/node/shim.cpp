/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * The Node sample's shim: the table, and the functions that main.js gets. It marshals.
 *
 * Any thread may enter the library's isolate: its lock admits one at a time, until its outermost
 * call returns. A worker's thread enters the worker's isolate instead.
 */
#include "coexist_runtime.h"
#include <atomic>
#include <cstdio>
#include <cstring>
#include <memory>
#include <node.h>
#include <string>
#include <uv.h>
#include <vector>

__asm__(".pushsection .rodata\n"
        "main_js: .incbin \"main.js\"\n"
        ".byte 0\n"
        ".popsection\n");
extern "C" const char main_js[] __attribute__((visibility("hidden")));

/* V8 exports it and has it in no public header: the platform of whoever came first, or null. */
namespace v8::debug {
v8::Platform *GetCurrentPlatform();
}

namespace {

using v8::FunctionCallbackInfo;
using v8::Isolate;
using v8::Local;
using v8::Value;

/* One for each isolate in which main.js has run. */
struct session {
    Isolate *isolate;
    v8::Global<v8::Context> context;
    v8::Global<v8::Object> functions;
};

std::atomic<const coexist_host *> the_host;
node::CommonEnvironmentSetup *setup;
node::MultiIsolatePlatform *own_platform; /* if this library brought V8 up */
session *main_session;
thread_local session *worker_session;
char version_text[64];

void callback();

/* What main.js calls. */

void js_emit(const FunctionCallbackInfo<Value> &info)
{
    v8::String::Utf8Value what(info.GetIsolate(), info[0]);
    if (const coexist_host *host = the_host)
        host->emit(host, *what, info[1].As<v8::Integer>()->Value());
}

void js_live(const FunctionCallbackInfo<Value> &info)
{
    auto words = info[0].As<v8::Uint32Array>();
    if (const coexist_host *host = the_host)
        host->live(host, words->Buffer()->Data(), words->ByteLength());
}

void js_apply(const FunctionCallbackInfo<Value> &info)
{
    auto fn = reinterpret_cast<coexist_fn>(info[0].As<v8::BigInt>()->Uint64Value());
    auto arg = reinterpret_cast<void *>(info[1].As<v8::BigInt>()->Uint64Value());
    info.GetReturnValue().Set(v8::BigInt::New(info.GetIsolate(), fn(arg)));
}

/* Waits for the next event and handles it. */
void js_turn(const FunctionCallbackInfo<Value> &info)
{
    uv_run(node::GetCurrentEventLoop(info.GetIsolate()), UV_RUN_ONCE);
}

void js_test(const FunctionCallbackInfo<Value> &info)
{
#ifdef EAGER
    v8::String::Utf8Value name(info.GetIsolate(), info[0]);
    coexist_test(*name, callback);
#else
    (void)info;
#endif
}

void forget(void *arg)
{
    auto which = static_cast<session **>(arg);
    delete *which;
    *which = nullptr;
}

void js_register(const FunctionCallbackInfo<Value> &info)
{
    Isolate *isolate = info.GetIsolate();
    session *&which = isolate == setup->isolate() ? main_session : worker_session;
    which = new session{
        isolate,
        {isolate, isolate->GetCurrentContext()},
        {isolate, info[0].As<v8::Object>()},
    };
    node::AddEnvironmentCleanupHook(isolate, forget, &which);
}

void bind(Local<v8::Object> exports, Local<Value>, Local<v8::Context> context, void *)
{
    NODE_SET_METHOD(exports, "emit", js_emit);
    NODE_SET_METHOD(exports, "live", js_live);
    NODE_SET_METHOD(exports, "apply", js_apply);
    NODE_SET_METHOD(exports, "turn", js_turn);
    NODE_SET_METHOD(exports, "test", js_test);
    NODE_SET_METHOD(exports, "register", js_register);
    Isolate *isolate = context->GetIsolate();
    Local<v8::String> source = v8::String::NewFromUtf8(isolate, main_js).ToLocalChecked();
    exports->Set(context, v8::String::NewFromUtf8Literal(isolate, "source"), source).Check();
}

/* What the host calls. */

/* A function of main.js is called in these scopes. When the outermost one ends, so does a turn of
 * the event loop: what is due then is run. */
class visit {
public:
    explicit visit(const session &to)
        : locker(to.isolate), isolate(to.isolate), handles(to.isolate),
          context(to.context.Get(to.isolate)), entered(context),
          callbacks(to.isolate, v8::Object::New(to.isolate), {0, 0}), errors(to.isolate),
          functions(to.functions.Get(to.isolate))
    {
    }

    v8::MaybeLocal<Value> run(const char *name, int64_t first = 0, int64_t second = 0)
    {
        Isolate *own = context->GetIsolate();
        Local<Value> args[] = {v8::BigInt::New(own, first), v8::BigInt::New(own, second)};
        Local<v8::String> key = v8::String::NewFromUtf8(own, name).ToLocalChecked();
        auto function = functions->Get(context, key).ToLocalChecked().As<v8::Function>();
        auto result = function->Call(context, v8::Undefined(own), 2, args);
        if (result.IsEmpty())
            show_error(own);
        return result;
    }

    int64_t integer(Local<Value> value)
    {
        if (value->IsBigInt())
            return value.As<v8::BigInt>()->Int64Value();
        return value->IntegerValue(context).FromMaybe(-1);
    }

private:
    void show_error(Isolate *own)
    {
        Local<Value> trace;
        if (errors.StackTrace(context).ToLocal(&trace))
            fprintf(stderr, "%s\n", *v8::String::Utf8Value(own, trace));
    }

    v8::Locker locker;
    Isolate::Scope isolate;
    v8::HandleScope handles;
    Local<v8::Context> context;
    v8::Context::Scope entered;
    node::CallbackScope callbacks;
    v8::TryCatch errors;
    Local<v8::Object> functions;
};

const session &here()
{
    return worker_session ? *worker_session : *main_session;
}

int64_t managed(const char *name, int64_t first = 0, int64_t second = 0)
{
    visit to(here());
    Local<Value> result;
    return to.run(name, first, second).ToLocal(&result) ? to.integer(result) : -1;
}

size_t managed_text(const char *name, char *buf, size_t len)
{
    if (len == 0)
        return 0;
    visit to(here());
    Local<Value> result;
    buf[0] = '\0';
    if (to.run(name).ToLocal(&result))
        snprintf(buf, len, "%s", *v8::String::Utf8Value(here().isolate, result));
    return strlen(buf);
}

int load_main()
{
    Isolate *isolate = setup->isolate();
    v8::Locker locker(isolate);
    Isolate::Scope entered_isolate(isolate);
    v8::HandleScope handles(isolate);
    v8::Context::Scope entered(setup->context());
    node::AddLinkedBinding(setup->env(), "coexist", bind, nullptr);
    return node::LoadEnvironment(setup->env(), main_js).IsEmpty() ? 3 : 0;
}

const char *version()
{
    return version_text;
}

int bring_up(const std::vector<std::string> &args)
{
    using namespace node::ProcessInitializationFlags;
    /* stdout is the program's: Node would make it unbuffered. */
    uint64_t flags = kNoInitializeV8 | kNoInitializeNodeV8Platform | kNoStdioInitialization;
#ifdef NO_SIGNALS
    flags |= kNoDefaultSignalHandling;
#endif
    auto result = node::InitializeOncePerProcess(args, static_cast<Flags>(flags));
    for (const std::string &error : result->errors())
        fprintf(stderr, "%s\n", error.c_str());
    if (result->early_return())
        return 1;
    own_platform = node::MultiIsolatePlatform::Create(2).release();
    v8::V8::InitializePlatform(own_platform);
    v8::V8::Initialize();
    return 0;
}

int start(const coexist_host *host)
{
    the_host = host;
    if (setup)
        return 0;
    const std::vector<std::string> args = {"coexist"}, options = {"--expose-gc"};
    /* A process has one V8, and one environment in it owns the process's state and inspector. */
    bool first = !v8::debug::GetCurrentPlatform();
    if (int error = first ? bring_up({args[0], options[0]}) : 0)
        return error;
    auto platform = static_cast<node::MultiIsolatePlatform *>(v8::debug::GetCurrentPlatform());
    std::vector<std::string> errors;
    setup = node::CommonEnvironmentSetup::Create(platform, &errors, args, options,
                                                 first ? node::EnvironmentFlags::kDefaultFlags
                                                       : node::EnvironmentFlags::kNoFlags)
                .release();
    for (const std::string &error : errors)
        fprintf(stderr, "%s\n", error.c_str());
    if (!setup)
        return 2;
    int error = load_main();
    if (!error)
        managed_text("version", version_text, sizeof version_text);
    return error;
}

/* Runs what is still to be done, then ends workers that do not end by themselves. */
int stop()
{
    if (!setup)
        return 0;
    int status;
    {
        Isolate *isolate = setup->isolate();
        v8::Locker locker(isolate);
        Isolate::Scope entered_isolate(isolate);
        v8::HandleScope handles(isolate);
        v8::Context::Scope entered(setup->context());
        status = node::SpinEventLoop(setup->env()).FromMaybe(1);
        node::Stop(setup->env());
    }
    delete setup;
    setup = nullptr;
    if (own_platform) {
        v8::V8::Dispose();
        v8::V8::DisposePlatform();
        node::TearDownOncePerProcess();
        delete own_platform;
        own_platform = nullptr;
    }
    return status;
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

#ifndef NO_SIGNALS
int fault()
{
    return static_cast<int>(managed("fault"));
}
#endif

int overflow()
{
    return static_cast<int>(managed("overflow"));
}

int64_t spawn(coexist_fn fn, void *arg)
{
    return managed("spawn", reinterpret_cast<int64_t>(fn), reinterpret_cast<int64_t>(arg));
}

int spin(uint32_t n)
{
    return static_cast<int>(managed("spin", n));
}

int64_t monotonic_clock(uint32_t n)
{
    return managed("clock", n);
}

size_t backtrace(char *buf, size_t len)
{
    return managed_text("coexist_depth_1", buf, len);
}

int64_t state()
{
    return managed("state");
}

constexpr coexist_runtime runtime = {
    .abi = COEXIST_ABI,
    .size = sizeof(coexist_runtime),
    .id = "node",
    .title = "Node",
    .version = version,
    .start = start,
    .stop = stop,
    .callback = callback,
    .call = call,
    .churn = churn,
    .raise = raise_error,
#ifdef NO_SIGNALS
    .fault = nullptr, /* without its handler, V8 checks WebAssembly's addresses in software */
#else
    .fault = fault,
#endif
    .overflow = overflow,
    .spawn = spawn,
    .attach = nullptr,
    .detach = nullptr,
    .spin = spin,
    .clock = monotonic_clock,
    .backtrace = backtrace,
    .state = state,
};

} /* namespace */

extern "C" __attribute__((visibility("default"))) const coexist_runtime *COEXIST_EXPORT(node)(void)
{
    return &runtime;
}

#ifdef EAGER
__attribute__((constructor)) static void run_main()
{
    if (start(coexist_early_host ? coexist_early_host("node") : nullptr) == 0)
        managed("main");
}
#endif
