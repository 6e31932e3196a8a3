/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * The PHP sample's shim: the table, and the functions that main.php calls. It marshals.
 *
 * Debian's libphp is built without thread safety: one mutex admits one thread at a time, until its
 * outermost call returns.
 */
#include <sapi/embed/php_embed.h>

#include "coexist_runtime.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

__asm__(".pushsection .rodata\n"
        "main_php: .incbin \"main.php\"\n"
        ".byte 0\n"
        ".popsection\n");
extern const char main_php[] __attribute__((visibility("hidden")));

static const coexist_host *_Atomic the_host;
static pthread_mutex_t entered = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static bool started;
static bool initialised_here;
static zval object; /* of main.php's class */
static char version_text[64];

static void callback(void);

/* What main.php calls. */

ZEND_BEGIN_ARG_INFO_EX(two_arguments, 0, 0, 2)
ZEND_ARG_INFO(0, first)
ZEND_ARG_INFO(0, second)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_INFO_EX(one_argument, 0, 0, 1)
ZEND_ARG_INFO(0, first)
ZEND_END_ARG_INFO()

static ZEND_FUNCTION(emit)
{
    char *what;
    size_t length;
    zend_long value;
    (void)return_value;
    ZEND_PARSE_PARAMETERS_START(2, 2)
    Z_PARAM_STRING(what, length)
    Z_PARAM_LONG(value)
    ZEND_PARSE_PARAMETERS_END();
    const coexist_host *host = atomic_load(&the_host);
    if (host)
        host->emit(host, what, value);
}

static ZEND_FUNCTION(live)
{
    HashTable *block;
    (void)return_value;
    ZEND_PARSE_PARAMETERS_START(1, 1)
    Z_PARAM_ARRAY_HT(block)
    ZEND_PARSE_PARAMETERS_END();
    const coexist_host *host = atomic_load(&the_host);
    if (host && HT_IS_PACKED(block))
        host->live(host, block->arPacked, block->nNumUsed * sizeof(zval));
}

static ZEND_FUNCTION(apply)
{
    zend_long fn, arg;
    ZEND_PARSE_PARAMETERS_START(2, 2)
    Z_PARAM_LONG(fn)
    Z_PARAM_LONG(arg)
    ZEND_PARSE_PARAMETERS_END();
    RETURN_LONG(((coexist_fn)(uintptr_t)fn)((void *)(uintptr_t)arg));
}

static ZEND_FUNCTION(test)
{
    char *name;
    size_t length;
    (void)return_value;
    ZEND_PARSE_PARAMETERS_START(1, 1)
    Z_PARAM_STRING(name, length)
    ZEND_PARSE_PARAMETERS_END();
#ifdef EAGER
    coexist_test(name, callback);
#endif
}

/* Functions are global in PHP: each library's begin with a name of its own. */
static char prefix[32];
static char names[4][48];

static bool define_host(void)
{
    static const zend_function_entry functions[] = {
        {names[0], ZEND_FN(emit), two_arguments, 2, 0},
        {names[1], ZEND_FN(live), one_argument, 1, 0},
        {names[2], ZEND_FN(apply), two_arguments, 2, 0},
        {names[3], ZEND_FN(test), one_argument, 1, 0},
        {NULL, NULL, NULL, 0, 0},
    };
    static const char *const own[] = {"emit", "live", "apply", "test"};
    snprintf(prefix, sizeof prefix, "coexist_%p_", (void *)prefix);
    for (size_t i = 0; i < 4; i++)
        snprintf(names[i], sizeof names[i], "%s%s", prefix, own[i]);
    return zend_register_functions(NULL, functions, NULL, MODULE_PERSISTENT) == SUCCESS;
}

/* What the host calls. */

/* The result is the caller's. A fatal error leaves it undefined. */
static void managed(const char *name, uint32_t count, int64_t first, int64_t second, zval *result)
{
    zval method, args[2];
    pthread_mutex_lock(&entered);
    ZVAL_UNDEF(result);
    ZVAL_STRING(&method, name);
    ZVAL_LONG(&args[0], first);
    ZVAL_LONG(&args[1], second);
    zend_try
    {
        call_user_function(NULL, &object, &method, result, count, args);
        if (EG(exception))
            zend_exception_error(EG(exception), E_WARNING);
    }
    zend_end_try();
    zval_ptr_dtor(&method);
    pthread_mutex_unlock(&entered);
}

static int64_t managed_number(const char *name, uint32_t count, int64_t first, int64_t second)
{
    zval result;
    managed(name, count, first, second, &result);
    return Z_TYPE(result) == IS_LONG ? Z_LVAL(result) : -1;
}

static size_t managed_text(const char *name, char *buf, size_t len)
{
    if (len == 0)
        return 0;
    zval result;
    managed(name, 0, 0, 0, &result);
    buf[0] = '\0';
    if (Z_TYPE(result) == IS_STRING)
        snprintf(buf, len, "%s", Z_STRVAL(result));
    zval_ptr_dtor(&result);
    return strlen(buf);
}

static bool load_main(void)
{
    bool loaded = false;
    zend_try
    {
        zval host;
        loaded = define_host();
        ZVAL_STRING(&host, prefix);
        zend_hash_str_update(&EG(symbol_table), "host", strlen("host"), &host);
        loaded = loaded && zend_eval_string(main_php, &object, "main.php") == SUCCESS &&
                 Z_TYPE(object) == IS_OBJECT;
    }
    zend_end_try();
    return loaded;
}

static const char *version(void)
{
    return version_text;
}

/* There is one PHP in a process. The library that brings it up takes it down. */
static int start(const coexist_host *host)
{
    static char program[] = "coexist";
    static char *arguments[] = {program, NULL};
    atomic_store(&the_host, host);
    if (started)
        return 0;
    initialised_here = sapi_module.name == NULL;
    if (initialised_here) {
        /* The system's php.ini loads extensions, which cannot be under RTLD_LOCAL. */
        php_embed_module.php_ini_ignore = 1;
        if (php_embed_init(1, arguments) != SUCCESS)
            return 1;
    }
    if (!load_main())
        return 2;
    started = true;
    managed_text("version", version_text, sizeof version_text);
#ifdef EXTENSION
    return (int)managed_number("extension", 0, 0, 0);
#else
    return 0;
#endif
}

static int stop(void)
{
    if (started)
        zval_ptr_dtor(&object);
    if (started && initialised_here)
        php_embed_shutdown();
    started = false;
    return 0;
}

static void callback(void)
{
    managed_number("callback", 0, 0, 0);
}

static int64_t call(coexist_fn fn, void *arg)
{
    return managed_number("call", 2, (int64_t)(uintptr_t)fn, (int64_t)(uintptr_t)arg);
}

static int churn(uint32_t mib, uint32_t seed, uint64_t *sum)
{
    int64_t result = managed_number("churn", 2, mib, seed);
    *sum = (uint64_t)result;
    return result < 0;
}

static int64_t raise_error(int64_t payload)
{
    return managed_number("raise", 1, payload, 0);
}

static int64_t spawn(coexist_fn fn, void *arg)
{
    return managed_number("spawn", 2, (int64_t)(uintptr_t)fn, (int64_t)(uintptr_t)arg);
}

static int64_t monotonic_clock(uint32_t n)
{
    return managed_number("clock", 1, n, 0);
}

static size_t backtrace(char *buf, size_t len)
{
    return managed_text("backtrace", buf, len);
}

static int64_t state(void)
{
    return managed_number("state", 0, 0, 0);
}

static const coexist_runtime runtime = {
    .abi = COEXIST_ABI,
    .size = sizeof(coexist_runtime),
    .id = "php",
    .title = "PHP",
    .version = version,
    .start = start,
    .stop = stop,
    .callback = callback,
    .call = call,
    .churn = churn,
    .raise = raise_error,
    .spawn = spawn,
    .clock = monotonic_clock,
    .backtrace = backtrace,
    .state = state,
};

__attribute__((visibility("default"))) const coexist_runtime *COEXIST_EXPORT(php)(void);

const coexist_runtime *COEXIST_EXPORT(php)(void)
{
    return &runtime;
}

#ifdef EAGER
__attribute__((constructor)) static void run_main(void)
{
    if (start(coexist_early_host ? coexist_early_host("php") : NULL) == 0)
        managed_number("main", 0, 0, 0);
}
#endif
