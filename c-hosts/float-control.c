/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The floating-point control of the host's threads is what the host left it at: rounding, precision, unmasked traps, and
 * whether denormals count as zero. On main, on a thread made before the library was loaded, on a thread made later, and in
 * a function that managed code calls. */
//! runtimes: 1
//! needs: call churn
//! modes: threads inside
//! deadline: 5s
#include "coexist.h"
#include <semaphore.h>

struct control {
    uint32_t mxcsr; /* without its flags, which any computation sets */
    uint16_t x87;
};

enum { SSE_FLAGS = 0x3f, SSE_TRAPS = 0x1f80, SSE_DENORMALS = 0x8040, X87_TRAPS = 0x3f };

static struct control before, earlier;
static sem_t ask, answered;
static struct library *lib;

static struct control read_control(void)
{
    struct control now;
    __asm__ volatile("stmxcsr %0" : "=m"(now.mxcsr));
    __asm__ volatile("fnstcw %0" : "=m"(now.x87));
    now.mxcsr &= ~(uint32_t)SSE_FLAGS;
    return now;
}

static void check_control(const char *where, struct control now)
{
    uint32_t sse = now.mxcsr ^ before.mxcsr;
    uint32_t x87 = (uint32_t)now.x87 ^ before.x87;
    bool traps = (sse & SSE_TRAPS) != 0 || (x87 & X87_TRAPS) != 0;
    bool denormals = (sse & SSE_DENORMALS) != 0;
    bool rest =
        (sse & ~(uint32_t)(SSE_TRAPS | SSE_DENORMALS)) != 0 || (x87 & ~(uint32_t)X87_TRAPS) != 0;
    verify(!traps, "the same floating-point traps are masked", __LINE__);
    verify(!denormals, "denormals are computed as before", __LINE__);
    verify(!rest, "rounding and precision are the host's", __LINE__);
    if (traps || denormals || rest)
        detail("%s: MXCSR is %#x, was %#x; x87 control word is %#x, was %#x; ", where, now.mxcsr,
               before.mxcsr, now.x87, before.x87);
}

static void *live_early(void *arg)
{
    for (;;) {
        sem_wait(&ask);
        earlier = read_control();
        sem_post(&answered);
    }
    return arg;
}

static void *read_late(void *arg)
{
    *(struct control *)arg = read_control();
    return NULL;
}

static void check_threads(void)
{
    check_control("main", read_control());
    sem_post(&ask);
    sem_wait(&answered);
    check_control("a thread made before the load", earlier);
    struct control late;
    xjoin(xthread(read_late, &late));
    check_control("a new thread", late);
}

static int64_t check_inside(void *arg)
{
    check_control("inside a call", read_control());
    return *(int64_t *)arg;
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    before = read_control();
    if (host_is_mode("inside")) {
        int64_t number = 7;
        lib = xload(0);
        xstart(lib);
        verify_is(xcall(lib, check_inside, &number), number,
                  "call returns what the host's function does", __LINE__);
        xchurn(lib, 1, 7);
        verify_is(xcall(lib, check_inside, &number), number,
                  "call returns what the host's function does", __LINE__);
        xstop(lib);
        return host_end(0);
    }
    REQUIRE(sem_init(&ask, 0, 0) == 0 && sem_init(&answered, 0, 0) == 0);
    xthread(live_early, NULL);
    xlife(check_threads);
    return host_end(0);
}
