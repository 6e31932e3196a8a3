/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * The Ruby sample's shim: the table, and what main.rb finds as Host. It marshals.
 *
 * Ruby is held by the thread that started it and by the threads that it makes. It has no way to
 * make another thread known, so attach is NULL.
 */
#include "coexist_runtime.h"
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

/* Ruby's headers do not keep to these warnings. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#include <ruby.h>
#pragma GCC diagnostic pop

__asm__(".pushsection .rodata\n"
        "main_rb: .incbin \"main.rb\"\n"
        ".byte 0\n"
        ".popsection\n");
extern const char main_rb[] __attribute__((visibility("hidden")));

static const coexist_host *_Atomic the_host;
static VALUE library; /* the module of main.rb */
static bool started;
static bool set_up_here;
static char version_text[64];

static void callback(void);

/* What main.rb calls. */

static VALUE host_emit(VALUE self, VALUE what, VALUE value)
{
    (void)self;
    const coexist_host *host = atomic_load(&the_host);
    if (host)
        host->emit(host, StringValueCStr(what), NUM2LL(value));
    return Qnil;
}

/* The array's slot in Ruby's heap; its words are in a block of malloc's. */
static VALUE host_live(VALUE self, VALUE block)
{
    (void)self;
    const coexist_host *host = atomic_load(&the_host);
    if (host)
        host->live(host, (const void *)block, sizeof(struct RArray));
    return Qnil;
}

static VALUE host_apply(VALUE self, VALUE fn, VALUE arg)
{
    (void)self;
    return LL2NUM(((coexist_fn)(uintptr_t)NUM2ULL(fn))((void *)(uintptr_t)NUM2ULL(arg)));
}

#ifdef EAGER
static VALUE host_test(VALUE self, VALUE name)
{
    (void)self;
    coexist_test(StringValueCStr(name), callback);
    return Qnil;
}
#endif

/* What the host calls. */

struct invocation {
    const char *name;
    int count;
    VALUE args[2];
};

static VALUE run_invocation(VALUE argument)
{
    const struct invocation *invocation = (const struct invocation *)argument;
    return rb_funcallv(library, rb_intern(invocation->name), invocation->count, invocation->args);
}

/* An error that main.rb let through is shown, and its result is nil. */
static VALUE shielded(VALUE (*function)(VALUE), VALUE argument)
{
    int error = 0;
    VALUE result = rb_protect(function, argument, &error);
    if (error == 0)
        return result;
    rb_p(rb_errinfo());
    rb_set_errinfo(Qnil);
    return Qnil;
}

static VALUE managed(const char *name, int count, VALUE first, VALUE second)
{
    struct invocation invocation = {name, count, {first, second}};
    return shielded(run_invocation, (VALUE)&invocation);
}

static int64_t managed_number(const char *name, int count, VALUE first, VALUE second)
{
    VALUE result = managed(name, count, first, second);
    return NIL_P(result) ? -1 : NUM2LL(result);
}

static size_t managed_text(const char *name, char *buf, size_t len)
{
    if (len == 0)
        return 0;
    VALUE text = managed(name, 0, Qnil, Qnil);
    size_t length = NIL_P(text) ? 0 : (size_t)RSTRING_LEN(text);
    size_t written = length < len ? length : len - 1;
    if (written > 0)
        memcpy(buf, RSTRING_PTR(text), written);
    buf[written] = '\0';
    RB_GC_GUARD(text);
    return written;
}

static VALUE load_main(VALUE unused)
{
    (void)unused;
    library = rb_module_new();
    rb_gc_register_address(&library);
    VALUE host = rb_define_module_under(library, "Host");
    rb_define_singleton_method(host, "emit", host_emit, 2);
    rb_define_singleton_method(host, "live", host_live, 1);
    rb_define_singleton_method(host, "apply", host_apply, 2);
#ifdef EAGER
    rb_define_singleton_method(host, "test", host_test, 1);
#endif
    VALUE arguments[] = {rb_utf8_str_new_cstr(main_rb), rb_utf8_str_new_cstr("main.rb")};
    rb_mod_module_eval(2, arguments, library);
    return Qtrue;
}

/* Without the options that an empty program would have, half of Ruby's core is missing. */
static int set_up_ruby(void)
{
    static char program[] = "ruby", no_gems[] = "--disable=gems", text[] = "-e", nothing[] = "";
    static char *arguments[] = {program, no_gems, text, nothing, NULL};
    ruby_init_stack(__builtin_frame_address(0));
    int error = ruby_setup();
    if (error != 0)
        return error;
    void *node = ruby_options(4, arguments);
    return ruby_executable_node(node, &error) ? ruby_exec_node(node) : error;
}

static const char *version(void)
{
    return version_text;
}

/* There is one Ruby in a process. The library that brings it up takes it down. */
static int start(const coexist_host *host)
{
    atomic_store(&the_host, host);
    if (started)
        return 0;
    set_up_here = rb_cObject == 0;
    int error = set_up_here ? set_up_ruby() : 0;
    if (error != 0)
        return error;
    if (NIL_P(shielded(load_main, Qnil)))
        return 1;
    started = true;
    managed_text("version", version_text, sizeof version_text);
#ifdef EXTENSION
    return (int)managed_number("extension", 0, Qnil, Qnil);
#else
    return 0;
#endif
}

static int stop(void)
{
    if (started)
        rb_gc_unregister_address(&library);
    bool last = started && set_up_here;
    started = false;
    return last ? ruby_cleanup(0) : 0;
}

static void callback(void)
{
    managed("callback", 0, Qnil, Qnil);
}

static VALUE pointer(const void *address)
{
    return ULL2NUM((uintptr_t)address);
}

static int64_t call(coexist_fn fn, void *arg)
{
    return managed_number("call", 2, pointer((void *)(uintptr_t)fn), pointer(arg));
}

static int churn(uint32_t mib, uint32_t seed, uint64_t *sum)
{
    VALUE result = managed("churn", 2, UINT2NUM(mib), UINT2NUM(seed));
    if (!NIL_P(result))
        *sum = NUM2ULL(result);
    return NIL_P(result);
}

static int64_t raise_error(int64_t payload)
{
    return managed_number("catch_error", 1, LL2NUM(payload), Qnil);
}

static int overflow(void)
{
    return (int)managed_number("overflow", 0, Qnil, Qnil);
}

static int64_t spawn(coexist_fn fn, void *arg)
{
    return managed_number("spawn", 2, pointer((void *)(uintptr_t)fn), pointer(arg));
}

static int spin(uint32_t n)
{
    return (int)managed_number("spin", 1, UINT2NUM(n), Qnil);
}

static int64_t monotonic_clock(uint32_t n)
{
    return managed_number("clock", 1, UINT2NUM(n), Qnil);
}

static size_t backtrace(char *buf, size_t len)
{
    return managed_text("backtrace", buf, len);
}

static int64_t state(void)
{
    return managed_number("state", 0, Qnil, Qnil);
}

static const coexist_runtime runtime = {
    .abi = COEXIST_ABI,
    .size = sizeof(coexist_runtime),
    .id = "ruby",
    .title = "Ruby",
    .version = version,
    .start = start,
    .stop = stop,
    .callback = callback,
    .call = call,
    .churn = churn,
    .raise = raise_error,
    .overflow = overflow,
    .spawn = spawn,
    .spin = spin,
    .clock = monotonic_clock,
    .backtrace = backtrace,
    .state = state,
};

__attribute__((visibility("default"))) const coexist_runtime *COEXIST_EXPORT(ruby)(void);

const coexist_runtime *COEXIST_EXPORT(ruby)(void)
{
    return &runtime;
}

#ifdef EAGER
__attribute__((constructor)) static void run_main(void)
{
    if (start(coexist_early_host ? coexist_early_host("ruby") : NULL) == 0)
        managed("main", 0, Qnil, Qnil);
}

/* Who brought Ruby up in a constructor takes it down in a destructor: nobody else can. */
__attribute__((destructor)) static void end_main(void)
{
    stop();
}
#endif
