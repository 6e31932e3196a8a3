/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * A library that keeps the contract. A folder beside this file defines SAMPLE and ID, replaces one
 * entry by defining its name in capitals, and includes this below that.
 */
#ifndef SKELETON_H
#define SKELETON_H

#include "coexist_runtime.h"
#include <pthread.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#ifndef TITLE
#define TITLE "Sample"
#endif

#ifndef ABI
#define ABI COEXIST_ABI
#endif
#ifndef SIZE
#define SIZE sizeof(coexist_runtime)
#endif
#ifndef START
#define START sample_start
#endif
#ifndef STOP
#define STOP sample_stop
#endif
#ifndef CALLBACK
#define CALLBACK sample_callback
#endif
#ifndef CALL
#define CALL sample_call
#endif
#ifndef CHURN
#define CHURN sample_churn
#endif
#ifndef RAISE
#define RAISE sample_raise
#endif
#ifndef SPAWN
#define SPAWN sample_spawn
#endif
#ifndef CLOCK
#define CLOCK sample_clock
#endif
#ifndef STATE
#define STATE sample_state
#endif
/* What a sample offers of these, its manifest does not call absent. */
#ifndef FAULT
#define FAULT NULL
#endif
#ifndef OVERFLOW
#define OVERFLOW NULL
#endif
#ifndef ATTACH
#define ATTACH NULL
#endif
#ifndef DETACH
#define DETACH NULL
#endif
#ifndef SPIN
#define SPIN NULL
#endif
#ifndef BACKTRACE
#define BACKTRACE NULL
#endif

static const coexist_host *the_host;

static inline const char *sample_version(void)
{
    return "1";
}

static inline int sample_start(const coexist_host *host)
{
    the_host = host;
    return 0;
}

static inline int sample_stop(void)
{
    return 0;
}

static inline void print_line(void)
{
    printf(TITLE " callback!\n");
}

static inline void emit_event(void)
{
    the_host->emit(the_host, "callback", 0);
}

static inline void sample_callback(void)
{
    print_line();
    emit_event();
}

static inline int64_t sample_call(coexist_fn fn, void *arg)
{
    return fn(arg);
}

static inline int sample_churn(uint32_t mib, uint32_t seed, uint64_t *sum)
{
    enum { WORDS = 256, LIVE_EVERY = 16 };
    size_t blocks = (size_t)mib * 1024;
    uint32_t **living = calloc(blocks / LIVE_EVERY + 1, sizeof *living);
    *sum = 0;
    for (size_t i = 0; i < blocks; i++) {
        uint32_t *volatile block = malloc(WORDS * sizeof *block);
        for (size_t word = 0; word < WORDS; word++)
            block[word] = (uint32_t)(seed + i * 2654435761u);
        if (i % LIVE_EVERY == 0)
            living[i / LIVE_EVERY] = block;
        else
            free(block);
    }
    for (size_t i = 0; i < blocks / LIVE_EVERY; i++)
        for (size_t word = 0; word < WORDS; word++)
            *sum += living[i][word];
    for (size_t i = 0; i < blocks / LIVE_EVERY && i < 8; i++)
        the_host->live(the_host, living[i], WORDS * sizeof(uint32_t));
    for (size_t i = 0; i < blocks / LIVE_EVERY; i++)
        free(living[i]);
    free(living);
    return 0;
}

struct sample_error {
    jmp_buf catcher;
    int64_t payload;
};

static __attribute__((noinline, unused)) void throw_error(struct sample_error *error,
                                                          int64_t payload)
{
    error->payload = payload;
    longjmp(error->catcher, 1);
}

static inline int64_t sample_raise(int64_t payload)
{
    struct sample_error error = {.payload = 0};
    if (setjmp(error.catcher) == 0)
        throw_error(&error, payload);
    return error.payload;
}

struct sample_task {
    coexist_fn fn;
    void *arg;
    int64_t result;
};

static inline void *run_task(void *arg)
{
    struct sample_task *task = arg;
    task->result = task->fn(task->arg);
    return NULL;
}

static inline int64_t sample_spawn(coexist_fn fn, void *arg)
{
    struct sample_task task = {.fn = fn, .arg = arg, .result = -1};
    pthread_t thread;
    if (pthread_create(&thread, NULL, run_task, &task) == 0)
        pthread_join(thread, NULL);
    return task.result;
}

static inline int64_t sample_clock(uint32_t n)
{
    struct timespec now = {0};
    while (n-- > 0)
        clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static inline int64_t sample_state(void)
{
    static int64_t counter;
    return __atomic_add_fetch(&counter, 1, __ATOMIC_RELAXED);
}

static const coexist_runtime the_table __attribute__((unused)) = {
    .abi = ABI,
    .size = SIZE,
    .id = ID,
    .title = TITLE,
    .version = sample_version,
    .start = START,
    .stop = STOP,
    .callback = CALLBACK,
    .call = CALL,
    .churn = CHURN,
    .raise = RAISE,
    .fault = FAULT,
    .overflow = OVERFLOW,
    .spawn = SPAWN,
    .attach = ATTACH,
    .detach = DETACH,
    .spin = SPIN,
    .clock = CLOCK,
    .backtrace = BACKTRACE,
    .state = STATE,
};

#ifndef NO_EXPORT
#define SKELETON_EXPORT(sample) COEXIST_EXPORT(sample)
#ifndef TABLE
#define TABLE &the_table
#endif

__attribute__((visibility("default"))) const coexist_runtime *SKELETON_EXPORT(SAMPLE)(void);

const coexist_runtime *SKELETON_EXPORT(SAMPLE)(void)
{
    return TABLE;
}
#endif

#endif
