/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * The Lua sample's shim: the table, and what main.lua gets as `host`. It marshals.
 *
 * A Lua state has no lock of its own: one mutex admits one thread at a time, until its outermost
 * call returns.
 */
#define _GNU_SOURCE
#include "coexist_runtime.h"
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

__asm__(".pushsection .rodata\n"
        "main_lua: .incbin \"main.lua\"\n"
        ".byte 0\n"
        ".popsection\n");
extern const char main_lua[] __attribute__((visibility("hidden")));

#if LUA_VERSION_NUM < 502
#define LUA_OK 0
#define luaL_newlib(lua, list) (lua_newtable(lua), luaL_register(lua, NULL, list))
#endif

static const coexist_host *_Atomic the_host;
static pthread_mutex_t entered = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static lua_State *running; /* the coroutine that called out, or the main one */
static int entries = LUA_NOREF;
static char version_text[64];

static void callback(void);

/* A word of the host passes through Lua as it is: the numbers of 5.1 are doubles. */
static void push_word(lua_State *lua, int64_t word)
{
    lua_pushlightuserdata(lua, (void *)(uintptr_t)word);
}

static int64_t to_word(lua_State *lua, int index)
{
    if (lua_islightuserdata(lua, index))
        return (int64_t)(uintptr_t)lua_touserdata(lua, index);
    return lua_tointeger(lua, index);
}

/* What main.lua calls. */

static int host_emit(lua_State *lua)
{
    const char *what = luaL_checkstring(lua, 1);
    const coexist_host *host = atomic_load(&the_host);
    if (host)
        host->emit(host, what, luaL_checkinteger(lua, 2));
    return 0;
}

/* How large a table is, only Lua knows: its first word. */
static int host_live(lua_State *lua)
{
    const coexist_host *host = atomic_load(&the_host);
    if (host)
        host->live(host, lua_topointer(lua, 1), sizeof(void *));
    return 0;
}

static int host_apply(lua_State *lua)
{
    coexist_fn fn = (coexist_fn)(uintptr_t)luaL_checkinteger(lua, 1);
    void *arg = (void *)(uintptr_t)luaL_checkinteger(lua, 2);
    lua_State *outer = running;
    running = lua;
    int64_t result = fn(arg);
    running = outer;
    push_word(lua, result);
    return 1;
}

#ifdef EAGER
static int host_test(lua_State *lua)
{
    lua_State *outer = running;
    running = lua;
    coexist_test(luaL_checkstring(lua, 1), callback);
    running = outer;
    return 0;
}
#endif

static const luaL_Reg functions[] = {
    {"emit", host_emit}, {"live", host_live}, {"apply", host_apply},
#ifdef EAGER
    {"test", host_test},
#endif
    {NULL, NULL},
};

/* What the host calls. */

static void show_error(lua_State *lua)
{
    fprintf(stderr, "%s\n", lua_tostring(lua, -1));
}

/* Calls a function of main.lua with up to two integers; its result, which is 0 if it has none. */
static int64_t managed(const char *name, int count, int64_t first, int64_t second)
{
    pthread_mutex_lock(&entered);
    lua_State *lua = running;
    int64_t result = -1;
    luaL_checkstack(lua, 8, NULL);
    lua_rawgeti(lua, LUA_REGISTRYINDEX, entries);
    lua_getfield(lua, -1, name);
    if (count > 0)
        lua_pushinteger(lua, first);
    if (count > 1)
        lua_pushinteger(lua, second);
    if (lua_pcall(lua, count, 1, 0) == LUA_OK)
        result = to_word(lua, -1);
    else
        show_error(lua);
    lua_pop(lua, 2);
    pthread_mutex_unlock(&entered);
    return result;
}

static size_t managed_text(const char *name, char *buf, size_t len)
{
    if (len == 0)
        return 0;
    pthread_mutex_lock(&entered);
    lua_State *lua = running;
    luaL_checkstack(lua, 8, NULL);
    lua_rawgeti(lua, LUA_REGISTRYINDEX, entries);
    lua_getfield(lua, -1, name);
    if (lua_pcall(lua, 0, 1, 0) != LUA_OK)
        show_error(lua);
    size_t length = 0;
    const char *text = lua_tolstring(lua, -1, &length);
    size_t written = length < len ? length : len - 1;
    memcpy(buf, text, written);
    buf[written] = '\0';
    lua_pop(lua, 2);
    pthread_mutex_unlock(&entered);
    return written;
}

static const char *version(void)
{
    return version_text;
}

static int start(const coexist_host *host)
{
    atomic_store(&the_host, host);
    if (running)
        return 0;
    lua_State *lua = luaL_newstate();
    if (!lua)
        return LUA_ERRMEM;
    luaL_openlibs(lua);
    int error = luaL_loadbuffer(lua, main_lua, strlen(main_lua), "@main.lua");
    if (error == LUA_OK) {
        luaL_newlib(lua, functions);
        error = lua_pcall(lua, 1, 1, 0);
    }
    if (error != LUA_OK) {
        show_error(lua);
        lua_close(lua);
        return error;
    }
    entries = luaL_ref(lua, LUA_REGISTRYINDEX);
    running = lua;
    managed_text("version", version_text, sizeof version_text);
    return 0;
}

static int stop(void)
{
    if (running)
        lua_close(running);
    running = NULL;
    return 0;
}

static void callback(void)
{
    managed("callback", 0, 0, 0);
}

static int64_t call(coexist_fn fn, void *arg)
{
    return managed("call", 2, (int64_t)(uintptr_t)fn, (int64_t)(uintptr_t)arg);
}

static int churn(uint32_t mib, uint32_t seed, uint64_t *sum)
{
    int64_t result = managed("churn", 2, mib, seed);
    *sum = (uint64_t)result;
    return result < 0;
}

static int64_t raise_error(int64_t payload)
{
    return managed("raise", 1, payload, 0);
}

static int overflow(void)
{
    return (int)managed("overflow", 0, 0, 0);
}

static int64_t spawn(coexist_fn fn, void *arg)
{
    return managed("spawn", 2, (int64_t)(uintptr_t)fn, (int64_t)(uintptr_t)arg);
}

static size_t backtrace(char *buf, size_t len)
{
    return managed_text("backtrace", buf, len);
}

static int64_t state(void)
{
    return managed("state", 0, 0, 0);
}

static const coexist_runtime runtime = {
    .abi = COEXIST_ABI,
    .size = sizeof(coexist_runtime),
    .id = "lua",
    .title = "Lua",
    .version = version,
    .start = start,
    .stop = stop,
    .callback = callback,
    .call = call,
    .churn = churn,
    .raise = raise_error,
    .overflow = overflow,
    .spawn = spawn,
    .backtrace = backtrace,
    .state = state,
};

__attribute__((visibility("default"))) const coexist_runtime *COEXIST_EXPORT(lua)(void);

const coexist_runtime *COEXIST_EXPORT(lua)(void)
{
    return &runtime;
}

#ifdef EAGER
__attribute__((constructor)) static void run_main(void)
{
    if (start(coexist_early_host ? coexist_early_host("lua") : NULL) == 0)
        managed("main", 0, 0, 0);
}
#endif
