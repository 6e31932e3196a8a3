/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The Boehm sample: C whose every object comes from the collector and is never freed by hand. */
#define GC_THREADS
#include "runtime.h"
#include <errno.h>
#include <gc.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { WORDS = 256, BLOCKS_PER_MIB = 1024, LIVE_EVERY = 16, REPORTED = 8 };

static const coexist_host *_Atomic the_host;
/* A collected object that only this library's data keeps alive. */
static _Atomic int64_t *counter;
static char version_text[32];
static pthread_once_t version_once = PTHREAD_ONCE_INIT;

static void write_version(void)
{
    unsigned number = GC_get_version();
    snprintf(version_text, sizeof version_text, "bdwgc %u.%u.%u", number >> 16, number >> 8 & 255u,
             number & 255u);
}

static const char *version(void)
{
    pthread_once(&version_once, write_version);
    return version_text;
}

int runtime_start(const coexist_host *host)
{
    GC_INIT();
    GC_allow_register_threads();
    atomic_store(&the_host, host);
    if (!counter)
        counter = GC_NEW(_Atomic int64_t);
    return counter ? 0 : ENOMEM;
}

static int stop(void)
{
    GC_deinit();
    return 0;
}

void runtime_callback(void)
{
    char *line = GC_STRDUP("Boehm GC callback!\n");
    fputs(line, stdout);
    const coexist_host *host = atomic_load(&the_host);
    if (host)
        host->emit(host, "callback", 0);
}

struct task {
    coexist_fn fn;
    void *arg;
    int64_t result;
};

static struct task *new_task(coexist_fn fn, void *arg)
{
    struct task *task = GC_NEW(struct task);
    *task = (struct task){.fn = fn, .arg = arg, .result = -1};
    return task;
}

static void *run_task(void *arg)
{
    struct task *task = arg;
    task->result = task->fn(task->arg);
    return NULL;
}

static int64_t call(coexist_fn fn, void *arg)
{
    struct task *task = new_task(fn, arg);
    run_task(task);
    return task->result;
}

static uint32_t *new_block(uint32_t word)
{
    uint32_t *block = GC_MALLOC_ATOMIC(WORDS * sizeof *block);
    for (size_t i = 0; block && i < WORDS; i++)
        block[i] = word;
    return block;
}

static int churn(uint32_t mib, uint32_t seed, uint64_t *sum)
{
    const size_t blocks = (size_t)mib * BLOCKS_PER_MIB;
    const size_t lives = blocks / LIVE_EVERY;
    uint32_t **living = GC_MALLOC(lives * sizeof *living);

    for (size_t i = 0; i < blocks; i++) {
        uint32_t *block = new_block((uint32_t)(seed + i * 2654435761u));
        if (!block || !living)
            return ENOMEM;
        if (i % LIVE_EVERY == 0)
            living[i / LIVE_EVERY] = block;
        if (i == blocks / 2)
            GC_gcollect();
    }
    GC_gcollect();

    uint64_t total = 0;
    for (size_t i = 0; i < lives; i++)
        for (size_t word = 0; word < WORDS; word++)
            total += living[i][word];
    *sum = total;
    const coexist_host *host = atomic_load(&the_host);
    for (size_t i = 0; host && i < REPORTED && lives > 0; i++)
        host->live(host, living[i * lives / REPORTED], WORDS * sizeof(uint32_t));
    GC_reachable_here(living);
    return 0;
}

struct error {
    jmp_buf catcher;
    int64_t payload;
};

static _Noreturn void throw_error(struct error *error, int64_t payload)
{
    error->payload = payload;
    longjmp(error->catcher, 1);
}

static __attribute__((noinline)) void risky(struct error *error, int64_t payload)
{
    throw_error(error, payload);
}

static int64_t raise_error(int64_t payload)
{
    struct error *error = GC_NEW(struct error);
    if (setjmp(error->catcher) == 0)
        risky(error, payload);
    return error->payload;
}

/* GC_THREADS makes pthread_create the collector's own, which registers the thread. */
static int64_t spawn(coexist_fn fn, void *arg)
{
    struct task *task = new_task(fn, arg);
    pthread_t thread;
    if (pthread_create(&thread, NULL, run_task, task) == 0)
        pthread_join(thread, NULL);
    return task->result;
}

/* Another client of the same libgc may have registered the thread, and then it is not ours to forget. */
static _Thread_local bool registered_here;

static int attach(void)
{
    struct GC_stack_base base;
    int error = GC_get_stack_base(&base);
    if (error != GC_SUCCESS)
        return error;
    error = GC_register_my_thread(&base);
    registered_here = error == GC_SUCCESS;
    return error == GC_DUPLICATE ? 0 : error;
}

static int detach(void)
{
    bool ours = registered_here;
    registered_here = false;
    return ours ? GC_unregister_my_thread() : 0;
}

static void *busy(void *arg)
{
    for (;;)
        arg = GC_MALLOC_ATOMIC(WORDS * sizeof(uint32_t));
    return arg;
}

static int spin(uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        pthread_t thread;
        int error = pthread_create(&thread, NULL, busy, NULL);
        if (error)
            return error;
        pthread_detach(thread);
    }
    return 0;
}

static int64_t state(void)
{
    return atomic_fetch_add(counter, 1) + 1;
}

static const coexist_runtime runtime = {
    .abi = COEXIST_ABI,
    .size = sizeof(coexist_runtime),
    .id = "boehm",
    .title = "Boehm GC",
    .version = version,
    .start = runtime_start,
    .stop = stop,
    .callback = runtime_callback,
    .call = call,
    .churn = churn,
    .raise = raise_error,
    .spawn = spawn,
    .attach = attach,
    .detach = detach,
    .spin = spin,
    .state = state,
};

__attribute__((visibility("default"))) const coexist_runtime *COEXIST_EXPORT(boehm)(void);

const coexist_runtime *COEXIST_EXPORT(boehm)(void)
{
    return &runtime;
}
