/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The Chicken sample's shim. Chicken runs on the stack of one thread and on no other: it allocates
 * there, and knows from addresses when to collect. On the stack of a thread that was made later it
 * finds the end of its own long passed and collects for ever. So it gets a thread for itself, which
 * is asked to do things, and asks its caller to do what the host has to do on a thread of its own. */
#define _GNU_SOURCE
#include "coexist_runtime.h"
#include "scheme.h"
#include <chicken.h>
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

/* One of the two sides, and what the other one said last: do this, or, without fn, this came out. */
struct side {
    sem_t heard;
    coexist_fn fn;
    void *arg;
    int64_t result;
};

static struct side scheme, caller;
static pthread_mutex_t one_caller = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static const coexist_host *_Atomic the_host;
static char version_text[64];

static void say(struct side *other, coexist_fn fn, void *arg, int64_t result)
{
    other->fn = fn;
    other->arg = arg;
    other->result = result;
    sem_post(&other->heard);
}

static void listen(struct side *self)
{
    while (sem_wait(&self->heard) != 0)
        continue;
}

static int64_t ask(struct side *self, struct side *other, coexist_fn fn, void *arg)
{
    say(other, fn, arg, 0);
    for (;;) {
        listen(self);
        if (!self->fn)
            return self->result;
        say(other, NULL, NULL, self->fn(self->arg));
    }
}

/* What main.scm calls. */

struct report {
    const char *what;
    int64_t value;
    void *block;
    size_t size;
};

static int64_t report_event(void *arg)
{
    const struct report *report = arg;
    const coexist_host *host = atomic_load(&the_host);
    if (host)
        host->emit(host, report->what, report->value);
    return 0;
}

void host_emit(const char *what, int64_t value)
{
    ask(&scheme, &caller, report_event, &(struct report){.what = what, .value = value});
}

static int64_t report_living(void *arg)
{
    const struct report *report = arg;
    const coexist_host *host = atomic_load(&the_host);
    if (host)
        host->live(host, report->block, report->size);
    return 0;
}

void host_live(void *block, size_t size)
{
    ask(&scheme, &caller, report_living, &(struct report){.block = block, .size = size});
}

int64_t host_apply(void *fn, void *arg)
{
    return ask(&scheme, &caller, (coexist_fn)(uintptr_t)fn, arg);
}

/* What the host calls. */

int64_t in_scheme(coexist_fn fn, void *arg)
{
    pthread_mutex_lock(&one_caller);
    int64_t result = ask(&caller, &scheme, fn, arg);
    pthread_mutex_unlock(&one_caller);
    return result;
}

static void *run_scheme(void *unused)
{
    (void)unused;
    CHICKEN_run((void *)(uintptr_t)C_toplevel);
    scm_version(version_text, sizeof version_text);
    say(&caller, NULL, NULL, 0);
    for (;;) {
        listen(&scheme);
        say(&caller, NULL, NULL, scheme.fn(scheme.arg));
    }
    return NULL;
}

static int bring_up(void)
{
    /* Another library's Chicken, in the same libchicken: it can be started once. */
    if (C_temporary_stack_bottom)
        return EBUSY;
    sem_init(&scheme.heard, 0, 0);
    sem_init(&caller.heard, 0, 0);
    pthread_t thread;
    int error = pthread_create(&thread, NULL, run_scheme, NULL);
    if (error)
        return error;
    pthread_detach(thread);
    listen(&caller);
    return 0;
}

static int start(const coexist_host *host)
{
    static bool is_up;
    atomic_store(&the_host, host);
    pthread_mutex_lock(&one_caller);
    int error = is_up ? 0 : bring_up();
    is_up = !error;
    pthread_mutex_unlock(&one_caller);
    return error;
}

static const char *version(void)
{
    return version_text;
}

static int64_t do_callback(void *unused)
{
    (void)unused;
    scm_callback();
    return 0;
}

static void callback(void)
{
    in_scheme(do_callback, NULL);
}

struct errand {
    coexist_fn fn;
    void *arg;
};

static int64_t do_call(void *arg)
{
    const struct errand *errand = arg;
    return scm_call((void *)(uintptr_t)errand->fn, errand->arg);
}

static int64_t call(coexist_fn fn, void *arg)
{
    return in_scheme(do_call, &(struct errand){.fn = fn, .arg = arg});
}

struct amount {
    uint32_t mib, seed;
    uint64_t *sum;
};

static int64_t do_churn(void *arg)
{
    const struct amount *amount = arg;
    *amount->sum = scm_churn(amount->mib, amount->seed);
    return 0;
}

static int churn(uint32_t mib, uint32_t seed, uint64_t *sum)
{
    return (int)in_scheme(do_churn, &(struct amount){.mib = mib, .seed = seed, .sum = sum});
}

static int64_t do_raise(void *arg)
{
    const int64_t *payload = arg;
    return scm_raise(*payload);
}

static int64_t raise_error(int64_t payload)
{
    return in_scheme(do_raise, &payload);
}

struct room {
    char *buf;
    size_t len;
};

static int64_t do_backtrace(void *arg)
{
    const struct room *room = arg;
    scm_backtrace(room->buf, room->len);
    return 0;
}

static size_t backtrace(char *buf, size_t len)
{
    if (len == 0)
        return 0;
    in_scheme(do_backtrace, &(struct room){.buf = buf, .len = len});
    return strlen(buf);
}

static int64_t do_state(void *unused)
{
    (void)unused;
    return scm_state();
}

static int64_t state(void)
{
    return in_scheme(do_state, NULL);
}

static const coexist_runtime runtime = {
    .abi = COEXIST_ABI,
    .size = sizeof(coexist_runtime),
    .id = "chicken",
    .title = "Chicken",
    .version = version,
    .start = start,
    .callback = callback,
    .call = call,
    .churn = churn,
    .raise = raise_error,
    .backtrace = backtrace,
    .state = state,
};

#ifdef EAGER
static int64_t run_test(void *name)
{
    coexist_test(name, callback);
    return 0;
}

void host_test(const char *name)
{
    ask(&scheme, &caller, run_test, (void *)(uintptr_t)name);
}

static int64_t do_main(void *unused)
{
    (void)unused;
    scm_main();
    return 0;
}

/* main.scm's own main runs at DT_INIT time, before the program's. */
__attribute__((constructor)) static void run_main(void)
{
    if (start(coexist_early_host ? coexist_early_host("chicken") : NULL) == 0)
        in_scheme(do_main, NULL);
}
#endif

__attribute__((visibility("default"))) const coexist_runtime *COEXIST_EXPORT(chicken)(void);

const coexist_runtime *COEXIST_EXPORT(chicken)(void)
{
    return &runtime;
}
