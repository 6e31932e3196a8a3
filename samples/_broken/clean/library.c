/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The control: nothing is wrong with it, so nothing may be found. What it changes in the process, it changes for as long as
 * it needs that. */
#define _GNU_SOURCE
#define SAMPLE clean
#define ID "clean"
#define STOP stop
#define FAULT fault
#define OVERFLOW overflow
#define SPIN spin
#define BACKTRACE trace_stack
#include "coexist_runtime.h"
#include <stdatomic.h>
#include <stdbool.h>
static int stop(void);
static int fault(void);
static int overflow(void);
static int spin(uint32_t n);
static size_t trace_stack(char *buf, size_t len);
#include "early.h"
#include "skeleton.h"
#include "recover.h"
#include <dlfcn.h>
#include <execinfo.h>
#include <sched.h>

EARLY_ENTRIES

static int recover_from(int (*body)(void))
{
    static __thread char memory[64 * 1024];
    stack_t stack = {.ss_sp = memory, .ss_size = sizeof memory}, stack_before;
    struct sigaction action = {.sa_handler = recover_here, .sa_flags = SA_ONSTACK}, before;
    if (sigaltstack(&stack, &stack_before) != 0 || sigaction(SIGSEGV, &action, &before) != 0)
        return 1;
    int result = body();
    sigaction(SIGSEGV, &before, NULL);
    sigaltstack(&stack_before, NULL);
    return result;
}

static int fault(void)
{
    return recover_from(recover_fault);
}

static int overflow(void)
{
    return recover_from(recover_overflow);
}

enum { MOST_SPINNING = 8 };

static pthread_t spinning[MOST_SPINNING];
static uint32_t spinning_count;
static atomic_bool stopping;

static void *work(void *arg)
{
    while (!atomic_load(&stopping))
        sched_yield();
    return arg;
}

static int spin(uint32_t n)
{
    int error = n > MOST_SPINNING - spinning_count;
    while (n-- > 0 && error == 0) {
        error = pthread_create(&spinning[spinning_count], NULL, work, NULL);
        spinning_count += error == 0;
    }
    return error;
}

static int stop(void)
{
    atomic_store(&stopping, true);
    while (spinning_count > 0)
        pthread_join(spinning[--spinning_count], NULL);
    atomic_store(&stopping, false);
    return 0;
}

/* Protected: dladdr knows their names, and no other library's calls come here. */
#define NAMED __attribute__((visibility("protected"), noinline, noclone))

NAMED size_t coexist_depth_3(char *buf, size_t len);
NAMED size_t coexist_depth_2(char *buf, size_t len);
NAMED size_t coexist_depth_1(char *buf, size_t len);

size_t coexist_depth_3(char *buf, size_t len)
{
    enum { MOST = 32 };
    void *frames[MOST];
    size_t written = 0;
    int count = backtrace(frames, MOST);
    for (int i = 0; i < count && written < len; i++) {
        Dl_info info;
        bool named = dladdr(frames[i], &info) != 0 && info.dli_sname != NULL;
        written +=
            (size_t)snprintf(buf + written, len - written, "%s\n", named ? info.dli_sname : "?");
    }
    return written < len ? written : len - 1;
}

/* volatile: a call that comes last would leave no frame. */
size_t coexist_depth_2(char *buf, size_t len)
{
    volatile size_t written = coexist_depth_3(buf, len);
    return written;
}

size_t coexist_depth_1(char *buf, size_t len)
{
    volatile size_t written = coexist_depth_2(buf, len);
    return written;
}

static size_t trace_stack(char *buf, size_t len)
{
    volatile size_t written = coexist_depth_1(buf, len);
    return written;
}
