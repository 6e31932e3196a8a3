/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The GNUstep sample: each entry of the table sends one message to the sample's class, with a pool
 * around it. */
#define _GNU_SOURCE
#include "runtime.h"
#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#import <Foundation/Foundation.h>

enum { WORDS = 256, BLOCKS_PER_MIB = 1024, LIVE_EVERY = 16, REPORTED = 8 };

static const coexist_host *the_host;
static int64_t counter;

@interface GNUstepTask : NSObject
{
@public
    coexist_fn fn;
    void *arg;
    int64_t result;
    NSConditionLock *done;
}
- (void)run;
- (void)stayBusy;
@end

@implementation GNUstepTask
- (void)run
{
    result = fn(arg);
    [done lock];
    [done unlockWithCondition:1];
}
- (void)stayBusy
{
    for (;;) {
        NSAutoreleasePool *pool = [NSAutoreleasePool new];
        [NSMutableData dataWithLength:WORDS * sizeof(uint32_t)];
        [pool drain];
    }
}
@end

@interface GNUstepSample : NSObject
+ (void)callback;
+ (int64_t)call:(coexist_fn)fn with:(void *)arg;
+ (int)churn:(uint32_t)mib seed:(uint32_t)seed sum:(uint64_t *)sum;
+ (void)throwError:(int64_t)payload;
+ (void)risky:(int64_t)payload;
+ (int64_t)raise:(int64_t)payload;
+ (int64_t)spawn:(coexist_fn)fn with:(void *)arg;
+ (int)spin:(uint32_t)n;
+ (int64_t)clock:(uint32_t)n;
+ (int64_t)state;
#ifdef EAGER
+ (void)main;
#endif
@end

@implementation GNUstepSample
+ (void)callback
{
    NSData *line = [@"GNUstep callback!\n" dataUsingEncoding:NSUTF8StringEncoding];
    [(NSFileHandle *)[NSFileHandle fileHandleWithStandardOutput] writeData:line];
    const coexist_host *host = __atomic_load_n(&the_host, __ATOMIC_SEQ_CST);
    if (host)
        host->emit(host, "callback", 0);
}

+ (int64_t)call:(coexist_fn)fn with:(void *)arg
{
    return fn(arg);
}

+ (NSMutableData *)newBlock:(uint32_t)word
{
    NSMutableData *block = [[NSMutableData alloc] initWithLength:WORDS * sizeof word];
    uint32_t *words = [block mutableBytes];
    for (size_t i = 0; i < WORDS; i++)
        words[i] = word;
    return block;
}

+ (int)churn:(uint32_t)mib seed:(uint32_t)seed sum:(uint64_t *)sum
{
    const size_t blocks = (size_t)mib * BLOCKS_PER_MIB;
    NSMutableArray *living = [NSMutableArray array];
    for (size_t i = 0; i < blocks; i++) {
        NSMutableData *block = [self newBlock:(uint32_t)(seed + i * 2654435761u)];
        if (i % LIVE_EVERY == 0)
            [living addObject:block];
        [block release];
    }
    uint64_t total = 0;
    for (NSData *block in living) {
        const uint32_t *words = [block bytes];
        for (size_t i = 0; i < WORDS; i++)
            total += words[i];
    }
    *sum = total;
    const coexist_host *host = __atomic_load_n(&the_host, __ATOMIC_SEQ_CST);
    const size_t lives = [living count];
    for (size_t i = 0; host && i < REPORTED && lives > 0; i++) {
        NSData *block = [living objectAtIndex:i * lives / REPORTED];
        host->live(host, [block bytes], [block length]);
    }
    return 0;
}

+ (void)throwError:(int64_t)payload
{
    NSNumber *number = [NSNumber numberWithLongLong:payload];
    NSDictionary *info = [NSDictionary dictionaryWithObject:number forKey:@"payload"];
    [[NSException exceptionWithName:@"CoexistSample" reason:@"raised by the sample" userInfo:info] raise];
}

+ (void)risky:(int64_t)payload
{
    [self throwError:payload];
}

+ (int64_t)raise:(int64_t)payload
{
    @try {
        [self risky:payload];
    } @catch (NSException *error) {
        return [[[error userInfo] objectForKey:@"payload"] longLongValue];
    }
    return ~payload;
}

+ (int64_t)spawn:(coexist_fn)fn with:(void *)arg
{
    GNUstepTask *task = [[GNUstepTask new] autorelease];
    task->fn = fn;
    task->arg = arg;
    task->result = -1;
    task->done = [[[NSConditionLock alloc] initWithCondition:0] autorelease];
    [NSThread detachNewThreadSelector:@selector(run) toTarget:task withObject:nil];
    [task->done lockWhenCondition:1];
    [task->done unlock];
    return task->result;
}

+ (int)spin:(uint32_t)n
{
    for (uint32_t i = 0; i < n; i++)
        [NSThread detachNewThreadSelector:@selector(stayBusy) toTarget:[[GNUstepTask new] autorelease] withObject:nil];
    return 0;
}

+ (int64_t)clock:(uint32_t)n
{
    NSTimeInterval now = 0;
    for (uint32_t i = 0; i < n; i++)
        now = [[NSProcessInfo processInfo] systemUptime];
    return (int64_t)(now * 1e9);
}

+ (int64_t)state
{
    return __atomic_add_fetch(&counter, 1, __ATOMIC_SEQ_CST);
}

#ifdef EAGER
+ (void)main
{
    NSData *line = [@"Main, calling c\n" dataUsingEncoding:NSUTF8StringEncoding];
    [(NSFileHandle *)[NSFileHandle fileHandleWithStandardOutput] writeData:line];
    coexist_test("gnustep", runtime_callback);
}
#endif
@end

static char version_text[PATH_MAX];

/* libgnustep-base tells no version that is its own: the name of the loaded file does. */
static const char *version(void)
{
    char path[PATH_MAX];
    Dl_info info;
    if (!dladdr((void *)(uintptr_t)&GSRegisterCurrentThread, &info) || !realpath(info.dli_fname, path))
        return "libgnustep-base";
    const char *name = strrchr(path, '/');
    snprintf(version_text, sizeof version_text, "%s", name ? name + 1 : path);
    return version_text;
}

int runtime_start(const coexist_host *host)
{
    __atomic_store_n(&the_host, host, __ATOMIC_SEQ_CST);
    return 0;
}

void runtime_callback(void)
{
    NSAutoreleasePool *pool = [NSAutoreleasePool new];
    [GNUstepSample callback];
    [pool drain];
}

static int64_t call(coexist_fn fn, void *arg)
{
    NSAutoreleasePool *pool = [NSAutoreleasePool new];
    int64_t result = [GNUstepSample call:fn with:arg];
    [pool drain];
    return result;
}

static int churn(uint32_t mib, uint32_t seed, uint64_t *sum)
{
    NSAutoreleasePool *pool = [NSAutoreleasePool new];
    int error = [GNUstepSample churn:mib seed:seed sum:sum];
    [pool drain];
    return error;
}

static int64_t raise_error(int64_t payload)
{
    NSAutoreleasePool *pool = [NSAutoreleasePool new];
    int64_t found = [GNUstepSample raise:payload];
    [pool drain];
    return found;
}

static int64_t spawn(coexist_fn fn, void *arg)
{
    NSAutoreleasePool *pool = [NSAutoreleasePool new];
    int64_t result = [GNUstepSample spawn:fn with:arg];
    [pool drain];
    return result;
}

static int attach(void)
{
    GSRegisterCurrentThread();
    return 0;
}

static int detach(void)
{
    GSUnregisterCurrentThread();
    return 0;
}

static int spin(uint32_t n)
{
    NSAutoreleasePool *pool = [NSAutoreleasePool new];
    int error = [GNUstepSample spin:n];
    [pool drain];
    return error;
}

static int64_t monotonic_clock(uint32_t n)
{
    NSAutoreleasePool *pool = [NSAutoreleasePool new];
    int64_t now = [GNUstepSample clock:n];
    [pool drain];
    return now;
}

#ifdef EAGER
void runtime_main(void)
{
    NSAutoreleasePool *pool = [NSAutoreleasePool new];
    [GNUstepSample main];
    [pool drain];
}
#endif

static int64_t state(void)
{
    return [GNUstepSample state];
}

static const coexist_runtime runtime = {
    .abi = COEXIST_ABI,
    .size = sizeof(coexist_runtime),
    .id = "gnustep",
    .title = "GNUstep",
    .version = version,
    .start = runtime_start,
    .callback = runtime_callback,
    .call = call,
    .churn = churn,
    .raise = raise_error,
    .spawn = spawn,
    .attach = attach,
    .detach = detach,
    .spin = spin,
    .clock = monotonic_clock,
    .state = state,
};

__attribute__((visibility("default"))) const coexist_runtime *COEXIST_EXPORT(gnustep)(void);

const coexist_runtime *COEXIST_EXPORT(gnustep)(void)
{
    return &runtime;
}
