/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The musl sample: C and another libc. A process of glibc has no place for it, one of musl does. */
#define _GNU_SOURCE
#include "runtime.h"
#include <dlfcn.h>
#include <errno.h>
#include <setjmp.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <threads.h>
#include <time.h>

enum { WORDS = 256, BLOCKS_PER_MIB = 1024, LIVE_EVERY = 16, REPORTED = 8 };

static const coexist_host *_Atomic the_host;
static _Atomic int64_t counter;
static char version_text[64];

/* musl tells its version only as a program: the loader, which is the same file as the library. */
static void write_version(void)
{
    Dl_info libc;
    char command[256], line[64];
    if (!dladdr((void *)(uintptr_t)malloc, &libc))
        return;
    snprintf(command, sizeof command, "%s 2>&1", libc.dli_fname);
    FILE *output = popen(command, "r");
    while (output && fgets(line, sizeof line, output))
        if (strncmp(line, "Version ", 8) == 0)
            snprintf(version_text, sizeof version_text, "musl %.*s", (int)strcspn(line + 8, "\n"),
                     line + 8);
    if (output)
        pclose(output);
}

static const char *version(void)
{
    static once_flag once = ONCE_FLAG_INIT;
    call_once(&once, write_version);
    return version_text;
}

int runtime_start(const coexist_host *host)
{
    atomic_store(&the_host, host);
    return 0;
}

void runtime_callback(void)
{
    printf("musl callback!\n");
    const coexist_host *host = atomic_load(&the_host);
    if (host)
        host->emit(host, "callback", 0);
}

static int64_t call(coexist_fn fn, void *arg)
{
    return fn(arg);
}

static uint32_t *new_block(uint32_t word)
{
    uint32_t *block = malloc(WORDS * sizeof *block);
    if (!block)
        return NULL;
    for (size_t i = 0; i < WORDS; i++)
        block[i] = word;
    /* Or the compiler drops the blocks that nobody reads. */
    __asm__ volatile("" : : "r"(block) : "memory");
    return block;
}

static int churn(uint32_t mib, uint32_t seed, uint64_t *sum)
{
    const size_t blocks = (size_t)mib * BLOCKS_PER_MIB;
    const size_t lives = blocks / LIVE_EVERY;
    uint32_t **living = calloc(lives + 1, sizeof *living);
    int error = living ? 0 : ENOMEM;

    for (size_t i = 0; i < blocks && !error; i++) {
        uint32_t *block = new_block((uint32_t)(seed + i * 2654435761u));
        if (!block)
            error = ENOMEM;
        else if (i % LIVE_EVERY == 0)
            living[i / LIVE_EVERY] = block;
        else
            free(block);
    }
    if (!error) {
        uint64_t total = 0;
        for (size_t i = 0; i < lives; i++)
            for (size_t word = 0; word < WORDS; word++)
                total += living[i][word];
        *sum = total;
        const coexist_host *host = atomic_load(&the_host);
        for (size_t i = 0; host && i < REPORTED && lives > 0; i++)
            host->live(host, living[i * lives / REPORTED], WORDS * sizeof(uint32_t));
    }
    for (size_t i = 0; living && i < lives; i++)
        free(living[i]);
    free(living);
    return error;
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
    struct error error = {.payload = 0};
    if (setjmp(error.catcher) == 0)
        risky(&error, payload);
    return error.payload;
}

struct task {
    coexist_fn fn;
    void *arg;
    int64_t result;
};

static int run_task(void *arg)
{
    struct task *task = arg;
    task->result = task->fn(task->arg);
    return 0;
}

static int64_t spawn(coexist_fn fn, void *arg)
{
    struct task task = {.fn = fn, .arg = arg, .result = -1};
    thrd_t thread;
    if (thrd_create(&thread, run_task, &task) == thrd_success)
        thrd_join(thread, NULL);
    return task.result;
}

static _Noreturn int busy(void *arg)
{
    (void)arg;
    volatile uint32_t round = 0;
    for (;;)
        round++;
}

static int spin(uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        thrd_t thread;
        int error = thrd_create(&thread, busy, NULL);
        if (error != thrd_success)
            return error;
        thrd_detach(thread);
    }
    return 0;
}

static int64_t monotonic_clock(uint32_t n)
{
    struct timespec now = {0};
    for (uint32_t i = 0; i < n; i++)
        clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static int64_t state(void)
{
    return atomic_fetch_add(&counter, 1) + 1;
}

static const coexist_runtime runtime = {
    .abi = COEXIST_ABI,
    .size = sizeof(coexist_runtime),
    .id = "musl",
    .title = "musl",
    .version = version,
    .start = runtime_start,
    .callback = runtime_callback,
    .call = call,
    .churn = churn,
    .raise = raise_error,
    .spawn = spawn,
    .spin = spin,
    .clock = monotonic_clock,
    .state = state,
};

__attribute__((visibility("default"))) const coexist_runtime *COEXIST_EXPORT(musl)(void);

const coexist_runtime *COEXIST_EXPORT(musl)(void)
{
    return &runtime;
}
