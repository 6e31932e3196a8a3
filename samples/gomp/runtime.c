/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The libgomp sample: the contract in C's parallel regions. What has to happen once, or on the
 * caller's thread, is done by the region's master, while the team waits at the region's end. */
#define _GNU_SOURCE
#include "runtime.h"
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <omp.h>
#include <setjmp.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS = 256, BLOCKS_PER_MIB = 1024, LIVE_EVERY = 16, REPORTED = 8, TEAM = 2 };

static const coexist_host *_Atomic the_host;
static int64_t counter;

/* libgomp has no call that tells its version: the name of the loaded file does. */
static const char *version(void)
{
    static char text[PATH_MAX + 64];
    char path[PATH_MAX];
    Dl_info info;
    if (!dladdr((void *)(uintptr_t)&omp_get_wtime, &info) ||
        !realpath(info.dli_fname, path))
        return "libgomp";
    const char *name = strrchr(path, '/');
    snprintf(text, sizeof text, "%s (compiled by GCC " __VERSION__ ")", name ? name + 1 : path);
    return text;
}

int runtime_start(const coexist_host *host)
{
    atomic_store(&the_host, host);
    return 0;
}

static int stop(void)
{
    return omp_pause_resource_all(omp_pause_hard);
}

void runtime_callback(void)
{
#pragma omp parallel num_threads(TEAM)
#pragma omp master
    {
        printf("libgomp callback!\n");
        const coexist_host *host = atomic_load(&the_host);
        if (host)
            host->emit(host, "callback", 0);
    }
}

static int64_t call(coexist_fn fn, void *arg)
{
    int64_t result = -1;
#pragma omp parallel num_threads(TEAM) shared(result)
#pragma omp master
    result = fn(arg);
    return result;
}

static uint32_t *new_block(uint32_t word)
{
    uint32_t *block = omp_alloc(WORDS * sizeof *block, omp_default_mem_alloc);
    for (size_t i = 0; block && i < WORDS; i++)
        block[i] = word;
    /* Or the compiler drops the blocks that nobody reads. */
    __asm__ volatile("" : : "r"(block) : "memory");
    return block;
}

static int churn(uint32_t mib, uint32_t seed, uint64_t *sum)
{
    const size_t blocks = (size_t)mib * BLOCKS_PER_MIB;
    const size_t lives = blocks / LIVE_EVERY;
    uint32_t **living = omp_alloc((lives + 1) * sizeof *living, omp_default_mem_alloc);
    int error = living ? 0 : ENOMEM;
    if (error)
        return error;
    memset(living, 0, (lives + 1) * sizeof *living);

#pragma omp parallel for num_threads(TEAM) reduction(| : error)
    for (size_t i = 0; i < blocks; i++) {
        uint32_t *block = new_block((uint32_t)(seed + i * 2654435761u));
        if (!block)
            error |= ENOMEM;
        else if (i % LIVE_EVERY == 0)
            living[i / LIVE_EVERY] = block;
        else
            omp_free(block, omp_default_mem_alloc);
    }
    if (!error) {
        uint64_t total = 0;
#pragma omp parallel for num_threads(TEAM) reduction(+ : total)
        for (size_t i = 0; i < lives; i++)
            for (size_t word = 0; word < WORDS; word++)
                total += living[i][word];
        *sum = total;
        const coexist_host *host = atomic_load(&the_host);
        for (size_t i = 0; host && i < REPORTED && lives > 0; i++)
            host->live(host, living[i * lives / REPORTED], WORDS * sizeof(uint32_t));
    }
#pragma omp parallel for num_threads(TEAM)
    for (size_t i = 0; i < lives; i++)
        omp_free(living[i], omp_default_mem_alloc);
    omp_free(living, omp_default_mem_alloc);
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

static __attribute__((noinline)) int64_t throw_and_catch(int64_t payload)
{
    struct error error = {.payload = 0};
    if (setjmp(error.catcher) == 0)
        risky(&error, payload);
    return error.payload;
}

/* Each thread of the team throws: an error must not leave its region, nor its thread. */
static int64_t raise_error(int64_t payload)
{
    int64_t found[TEAM];
    for (int i = 0; i < TEAM; i++)
        found[i] = payload;
#pragma omp parallel num_threads(TEAM)
    found[omp_get_thread_num()] = throw_and_catch(payload);
    for (int i = 1; i < TEAM; i++)
        if (found[i] != found[0])
            return ~payload;
    return found[0];
}

/* The team's last thread: a nested region may have the master alone. */
static int64_t spawn(coexist_fn fn, void *arg)
{
    int64_t result = -1;
#pragma omp parallel num_threads(TEAM) shared(result)
    if (omp_get_thread_num() == omp_get_num_threads() - 1)
        result = fn(arg);
    return result;
}

static int64_t monotonic_clock(uint32_t n)
{
    double seconds = 0;
    for (uint32_t i = 0; i < n; i++)
        seconds = omp_get_wtime();
    return (int64_t)(seconds * 1e9);
}

static int64_t state(void)
{
    int64_t counted = 0;
#pragma omp parallel num_threads(TEAM) shared(counted)
#pragma omp master
    {
#pragma omp atomic capture
        counted = ++counter;
    }
    return counted;
}

static const coexist_runtime runtime = {
    .abi = COEXIST_ABI,
    .size = sizeof(coexist_runtime),
    .id = "gomp",
    .title = "libgomp",
    .version = version,
    .start = runtime_start,
    .stop = stop,
    .callback = runtime_callback,
    .call = call,
    .churn = churn,
    .raise = raise_error,
    .spawn = spawn,
    .clock = monotonic_clock,
    .state = state,
};

__attribute__((visibility("default"))) const coexist_runtime *COEXIST_EXPORT(gomp)(void);

const coexist_runtime *COEXIST_EXPORT(gomp)(void)
{
    return &runtime;
}
