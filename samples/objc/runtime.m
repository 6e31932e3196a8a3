/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The Objective-C sample: each entry of the table sends one message to the sample's class. */
#define _GNU_SOURCE
#include "runtime.h"
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <objc/objc.h>
#include <objc/runtime.h>
#include <objc/thr.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS = 256, BLOCKS_PER_MIB = 1024, LIVE_EVERY = 16, REPORTED = 8 };

/* GCC has no _Atomic in Objective-C. */
static const coexist_host *the_host;

/* libobjc offers no root class with methods. */
__attribute__((objc_root_class)) @interface CoexistObject
{
    Class isa;
}
+ (id)new;
- (void)dispose;
@end

@implementation CoexistObject
+ (void)initialize
{
}
+ (id)new
{
    return class_createInstance(self, 0);
}
- (void)dispose
{
    object_dispose(self);
}
@end

@interface CoexistBlock : CoexistObject
{
    uint32_t words[WORDS];
}
- (id)fill:(uint32_t)word;
- (uint64_t)sum;
- (const void *)words;
@end

@implementation CoexistBlock
- (id)fill:(uint32_t)word
{
    for (size_t i = 0; i < WORDS; i++)
        words[i] = word;
    return self;
}
- (uint64_t)sum
{
    uint64_t total = 0;
    for (size_t i = 0; i < WORDS; i++)
        total += words[i];
    return total;
}
- (const void *)words
{
    return words;
}
@end

@interface CoexistError : CoexistObject
{
@public
    int64_t payload;
}
@end

@implementation CoexistError
@end

@interface CoexistTask : CoexistObject
{
@public
    coexist_fn fn;
    void *arg;
    int64_t result;
    objc_mutex_t mutex;
    objc_condition_t done;
    BOOL isDone;
}
- (void)run:(id)nothing;
@end

@implementation CoexistTask
- (void)run:(id)nothing
{
    (void)nothing;
    result = fn(arg);
    objc_mutex_lock(mutex);
    isDone = YES;
    objc_condition_signal(done);
    objc_mutex_unlock(mutex);
}
@end

static int64_t counter;

@interface CoexistSample : CoexistObject
+ (void)callback;
+ (int64_t)call:(coexist_fn)fn with:(void *)arg;
+ (int)churn:(uint32_t)mib seed:(uint32_t)seed sum:(uint64_t *)sum;
+ (void)throwError:(int64_t)payload;
+ (void)risky:(int64_t)payload;
+ (int64_t)raise:(int64_t)payload;
+ (int64_t)spawn:(coexist_fn)fn with:(void *)arg;
+ (void)busy:(id)nothing;
+ (int)spin:(uint32_t)n;
+ (int64_t)state;
@end

@implementation CoexistSample
+ (void)callback
{
    printf("Objective-C callback!\n");
    const coexist_host *host = __atomic_load_n(&the_host, __ATOMIC_SEQ_CST);
    if (host)
        host->emit(host, "callback", 0);
}

+ (int64_t)call:(coexist_fn)fn with:(void *)arg
{
    return fn(arg);
}

+ (int)churn:(uint32_t)mib seed:(uint32_t)seed sum:(uint64_t *)sum
{
    const size_t blocks = (size_t)mib * BLOCKS_PER_MIB;
    const size_t lives = blocks / LIVE_EVERY;
    CoexistBlock **living = calloc(lives + 1, sizeof *living);
    if (!living)
        return ENOMEM;
    for (size_t i = 0; i < blocks; i++) {
        CoexistBlock *block = [[CoexistBlock new] fill:(uint32_t)(seed + i * 2654435761u)];
        if (i % LIVE_EVERY == 0)
            living[i / LIVE_EVERY] = block;
        else
            [block dispose];
    }
    uint64_t total = 0;
    for (size_t i = 0; i < lives; i++)
        total += [living[i] sum];
    *sum = total;
    const coexist_host *host = __atomic_load_n(&the_host, __ATOMIC_SEQ_CST);
    for (size_t i = 0; host && i < REPORTED && lives > 0; i++)
        host->live(host, [living[i * lives / REPORTED] words], WORDS * sizeof(uint32_t));
    for (size_t i = 0; i < lives; i++)
        [living[i] dispose];
    free(living);
    return 0;
}

+ (void)throwError:(int64_t)payload
{
    CoexistError *error = [CoexistError new];
    error->payload = payload;
    @throw error;
}

+ (void)risky:(int64_t)payload
{
    [self throwError:payload];
}

+ (int64_t)raise:(int64_t)payload
{
    int64_t found = ~payload;
    @try {
        [self risky:payload];
    } @catch (CoexistError *error) {
        found = error->payload;
        [error dispose];
    }
    return found;
}

/* libobjc's threads cannot be joined: the task says when it is done. */
+ (int64_t)spawn:(coexist_fn)fn with:(void *)arg
{
    CoexistTask *task = [CoexistTask new];
    task->fn = fn;
    task->arg = arg;
    task->result = -1;
    task->mutex = objc_mutex_allocate();
    task->done = objc_condition_allocate();
    objc_mutex_lock(task->mutex);
    if (objc_thread_detach(@selector(run:), task, nil))
        while (!task->isDone)
            objc_condition_wait(task->done, task->mutex);
    objc_mutex_unlock(task->mutex);
    int64_t result = task->result;
    objc_condition_deallocate(task->done);
    objc_mutex_deallocate(task->mutex);
    [task dispose];
    return result;
}

+ (void)busy:(id)nothing
{
    (void)nothing;
    for (;;)
        [[CoexistBlock new] dispose];
}

+ (int)spin:(uint32_t)n
{
    for (uint32_t i = 0; i < n; i++)
        if (!objc_thread_detach(@selector(busy:), (id)self, nil))
            return EAGAIN;
    return 0;
}

+ (int64_t)state
{
    return __atomic_add_fetch(&counter, 1, __ATOMIC_SEQ_CST);
}
@end

/* libobjc has no call that tells its version: the name of the loaded file does. */
static const char *version(void)
{
    static char text[PATH_MAX + 64];
    char path[PATH_MAX];
    Dl_info info;
    if (!dladdr((void *)(uintptr_t)&class_createInstance, &info) || !realpath(info.dli_fname, path))
        return "libobjc";
    const char *name = strrchr(path, '/');
    snprintf(text, sizeof text, "%s (compiled by GCC " __VERSION__ ")", name ? name + 1 : path);
    return text;
}

int runtime_start(const coexist_host *host)
{
    __atomic_store_n(&the_host, host, __ATOMIC_SEQ_CST);
    return 0;
}

void runtime_callback(void)
{
    [CoexistSample callback];
}

static int64_t call(coexist_fn fn, void *arg)
{
    return [CoexistSample call:fn with:arg];
}

static int churn(uint32_t mib, uint32_t seed, uint64_t *sum)
{
    return [CoexistSample churn:mib seed:seed sum:sum];
}

static int64_t raise_error(int64_t payload)
{
    return [CoexistSample raise:payload];
}

static int64_t spawn(coexist_fn fn, void *arg)
{
    return [CoexistSample spawn:fn with:arg];
}

static int spin(uint32_t n)
{
    return [CoexistSample spin:n];
}

static int64_t state(void)
{
    return [CoexistSample state];
}

static const coexist_runtime runtime = {
    .abi = COEXIST_ABI,
    .size = sizeof(coexist_runtime),
    .id = "objc",
    .title = "Objective-C",
    .version = version,
    .start = runtime_start,
    .callback = runtime_callback,
    .call = call,
    .churn = churn,
    .raise = raise_error,
    .spawn = spawn,
    .spin = spin,
    .state = state,
};

__attribute__((visibility("default"))) const coexist_runtime *COEXIST_EXPORT(objc)(void);

const coexist_runtime *COEXIST_EXPORT(objc)(void)
{
    return &runtime;
}
