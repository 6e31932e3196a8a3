/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* A Node program has the host as its addon, which loads libraries; JavaScript calls them through
 * N-API, from the main thread and from a worker, and their managed code calls JavaScript again, to
 * depth 16. JavaScript keeps what is its own meanwhile, also with the library on the stack:
 * exceptions thrown through it, collections, endless recursion. */
//! runtimes: 1
//! vm: node
//! needs: call
//! also: go+go
//! also: go+go@1.21
//! also: go+rust
//! also: rust+go
//! deadline: 30s
#include "coexist.h"
#include <node_api.h>

enum { MOST_ARGUMENTS = 16, MOST_TEXT = 1024 };

/* Written by the main thread before a worker is there. */
static struct library *libraries[8];

#define GOOD(call) REQUIRE((call) == napi_ok)

/* The arguments of a call from JavaScript; those that are missing are undefined. */
struct arguments {
    napi_value at[3];
};

static struct arguments arguments_of(napi_env env, napi_callback_info info)
{
    struct arguments arguments;
    size_t count = sizeof arguments.at / sizeof *arguments.at;
    GOOD(napi_get_cb_info(env, info, &count, arguments.at, NULL, NULL));
    return arguments;
}

static int int_of(napi_env env, napi_value number)
{
    int32_t found = 0;
    GOOD(napi_get_value_int32(env, number, &found));
    return found;
}

static struct library *library_of(napi_env env, napi_callback_info info)
{
    return libraries[int_of(env, arguments_of(env, info).at[0])];
}

struct text {
    char chars[MOST_TEXT];
};

static struct text text_of(napi_env env, napi_value string)
{
    struct text text;
    GOOD(napi_get_value_string_utf8(env, string, text.chars, sizeof text.chars, NULL));
    return text;
}

static napi_value number(napi_env env, int of)
{
    napi_value result;
    GOOD(napi_create_int32(env, of, &result));
    return result;
}

/* JavaScript's arguments are those after its own file. */
static napi_value begin_host(napi_env env, napi_callback_info info)
{
    static struct text texts[MOST_ARGUMENTS];
    static char *argv[MOST_ARGUMENTS + 1];
    napi_value words = arguments_of(env, info).at[0];
    uint32_t count = 0;
    GOOD(napi_get_array_length(env, words, &count));
    REQUIRE(count <= MOST_ARGUMENTS);
    for (uint32_t i = 0; i < count; i++) {
        napi_value word;
        GOOD(napi_get_element(env, words, i, &word));
        texts[i] = text_of(env, word);
        argv[i] = texts[i].chars;
    }
    host_begin((int)count, argv);
    REQUIRE(host_count() <= (int)(sizeof libraries / sizeof *libraries));
    return number(env, host_count());
}

static napi_value count_libraries(napi_env env, napi_callback_info info)
{
    (void)info;
    return number(env, host_count());
}

static napi_value load(napi_env env, napi_callback_info info)
{
    int index = int_of(env, arguments_of(env, info).at[0]);
    libraries[index] = xload(index);
    return NULL;
}

static napi_value start(napi_env env, napi_callback_info info)
{
    xstart(library_of(env, info));
    return NULL;
}

static napi_value stop(napi_env env, napi_callback_info info)
{
    xstop(library_of(env, info));
    return NULL;
}

static napi_value attach(napi_env env, napi_callback_info info)
{
    xattach(library_of(env, info));
    return NULL;
}

static napi_value detach(napi_env env, napi_callback_info info)
{
    xdetach(library_of(env, info));
    return NULL;
}

static napi_value callback(napi_env env, napi_callback_info info)
{
    xcallback(library_of(env, info));
    return NULL;
}

struct upcall {
    napi_env env;
    napi_value work;
    bool throwing;
};

/* An exception stays pending: JavaScript goes on with it when its native function has returned. */
static int64_t run(void *arg)
{
    const struct upcall *upcall = arg;
    napi_env env = upcall->env;
    napi_value undefined, result;
    GOOD(napi_get_undefined(env, &undefined));
    napi_status status = napi_call_function(env, undefined, upcall->work, 0, NULL, &result);
    bool pending = false;
    GOOD(napi_is_exception_pending(env, &pending));
    VERIFY(pending == upcall->throwing);
    VERIFY(status == (pending ? napi_pending_exception : napi_ok));
    int64_t word = 0;
    bool lossless = true;
    if (status == napi_ok)
        GOOD(napi_get_value_bigint_int64(env, result, &word, &lossless));
    VERIFY(lossless);
    return word;
}

/* Without a step: JavaScript makes one for all levels. */
static napi_value call(napi_env env, napi_callback_info info)
{
    struct arguments arguments = arguments_of(env, info);
    const struct library *lib = libraries[int_of(env, arguments.at[0])];
    struct upcall upcall = {.env = env, .work = arguments.at[1]};
    GOOD(napi_get_value_bool(env, arguments.at[2], &upcall.throwing));
    int64_t word = lib->table->call(run, &upcall);
    napi_value result = NULL;
    if (!upcall.throwing)
        GOOD(napi_create_bigint_int64(env, word, &result));
    return result;
}

static napi_value name_lane(napi_env env, napi_callback_info info)
{
    struct text name = text_of(env, arguments_of(env, info).at[0]);
    lane(name.chars);
    return NULL;
}

static napi_value begin_step(napi_env env, napi_callback_info info)
{
    struct arguments arguments = arguments_of(env, info);
    struct text name = text_of(env, arguments.at[0]);
    step(name.chars, libraries[int_of(env, arguments.at[1])]);
    return NULL;
}

static napi_value end_step(napi_env env, napi_callback_info info)
{
    struct arguments arguments = arguments_of(env, info);
    struct text name = text_of(env, arguments.at[0]);
    done(name.chars, libraries[int_of(env, arguments.at[1])], 0);
    return NULL;
}

static napi_value tell_value(napi_env env, napi_callback_info info)
{
    struct arguments arguments = arguments_of(env, info);
    struct text name = text_of(env, arguments.at[0]);
    value(name.chars, int_of(env, arguments.at[1]));
    return NULL;
}

static napi_value failed(napi_env env, napi_callback_info info)
{
    struct arguments arguments = arguments_of(env, info);
    struct text text = text_of(env, arguments.at[0]);
    verify(false, text.chars, int_of(env, arguments.at[1]));
    return NULL;
}

static napi_value end_host(napi_env env, napi_callback_info info)
{
    return number(env, host_end(int_of(env, arguments_of(env, info).at[0])));
}

/* Once in each thread that loads the addon. */
NAPI_MODULE_INIT()
{
    static const struct {
        const char *name;
        napi_callback function;
    } functions[] = {
        {"begin", begin_host}, {"count", count_libraries}, {"load", load},       {"start", start},
        {"stop", stop},        {"attach", attach},         {"detach", detach},   {"callback", callback},
        {"call", call},        {"lane", name_lane},        {"step", begin_step}, {"done", end_step},
        {"value", tell_value}, {"failed", failed},         {"end", end_host},
    };
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        napi_value function;
        GOOD(napi_create_function(env, functions[i].name, NAPI_AUTO_LENGTH, functions[i].function, NULL,
                                  &function));
        GOOD(napi_set_named_property(env, exports, functions[i].name, function));
    }
    return exports;
}
