/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Measures in which steps a library computes what floating-point traps would stop: the host unmasks traps around one of them. And
 * whether the library itself unmasks traps. */
//! facts: divides unmasks-traps
//! deadline: 90s
#include "support/trial.h"
#include <stdio.h>

/* Bits of the x87's control word, and seven to the left of SSE's: invalid operation, division by zero, overflow. fenv.h has
 * functions for this in libm, of which no host is made. */
enum { TRAPS = 0x01 | 0x04 | 0x08, ALL = 0x3f, SSE_SHIFT = 7 };

/* Where traps are unmasked. EARLIER: while it is loaded and started, for the threads that it makes then, and not for others. */
enum where { LOAD = 1, START = 2, CALLBACK = 4, CALL = 8, CHURN = 16, WORK = 32, EARLIER = 64 };

static const struct {
    enum where where;
    const char *fact;
} steps[] = {{LOAD, "divides in load"},         {START, "divides in start"},
             {CALLBACK, "divides in callback"}, {CALL, "divides in call"},
             {CHURN, "divides in churn"},       {WORK, "divides in work"}};

static uint32_t sse_control(void)
{
    uint32_t control = 0;
    __asm__ volatile("stmxcsr %0" : "=m"(control));
    return control;
}

static uint16_t x87_control(void)
{
    uint16_t control = 0;
    __asm__ volatile("fnstcw %0" : "=m"(control));
    return control;
}

static void set_control(uint32_t sse, uint16_t x87)
{
    __asm__ volatile("ldmxcsr %0" : : "m"(sse));
    __asm__ volatile("fldcw %0" : : "m"(x87));
}

/* Exceptions that have happened are forgotten, or they would be trapped now. */
static void unmask(bool here)
{
    if (!here)
        return;
    __asm__ volatile("fnclex");
    set_control(sse_control() & ~((uint32_t)TRAPS << SSE_SHIFT | ALL),
                (uint16_t)(x87_control() & ~TRAPS));
}

static void mask(bool here)
{
    if (here)
        set_control((sse_control() | (uint32_t)TRAPS << SSE_SHIFT) & ~(uint32_t)ALL,
                    x87_control() | TRAPS);
}

static void live(const void *plan)
{
    enum { MIB = 4 };
    int where = *(const int *)plan;
    unmask((where & (LOAD | EARLIER)) != 0);
    struct library *lib = trial_load();
    mask((where & LOAD) != 0);
    unmask((where & START) != 0);
    trial_start(lib);
    mask((where & (START | EARLIER)) != 0);
    /* What threads do later that have inherited traps is not the step's. */
    if (where == LOAD || where == START)
        return;

    trial_begin();
    /* Twice, as in a host that works before and after something: without the larger heap that other steps leave. */
    if (where == WORK) {
        unmask(true);
        trial_work(lib);
        trial_work(lib);
        return;
    }
    unmask((where & CALLBACK) != 0);
    lib->table->callback();
    mask((where & CALLBACK) != 0);
    unmask((where & CALL) != 0);
    trial_call(lib);
    mask((where & CALL) != 0);
    trial_begin();
    unmask((where & CHURN) != 0);
    trial_churn(lib, MIB);
    if ((where & CHURN) != 0 || where == 0) {
        trial_begin();
        trial_churn_threads(lib, NULL);
    }
    mask((where & CHURN) != 0);
    trial_begin();
    unmask((where & WORK) != 0);
    trial_work(lib);
    mask((where & WORK) != 0);
}

static unsigned masked(void)
{
    return (sse_control() >> SSE_SHIFT & ALL) | (x87_control() & (unsigned)ALL) << 6;
}

static void look_at_masks(const void *plan)
{
    (void)plan;
    unsigned before = masked();
    struct library *lib = trial_load();
    unsigned now = masked();
    trial_start(lib);
    now &= masked();
    trial_call(lib);
    now &= masked();
    if ((before & ~now) != 0)
        trial_say("unmasks-traps");
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    observe("unmasks-traps", look_at_masks, NULL);
    static const int nowhere = 0;
    static const int everywhere = LOAD | START | CALLBACK | CALL | CHURN | WORK;
    static const int earlier = EARLIER;
    struct control control = {.body = live, .plan = &nowhere};
    int early = 0;
    if (is_worth_asking("divides", live, &everywhere, &control))
        for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
            int where = steps[i].where;
            int bad = experiment(steps[i].fact, live, &where, &control);
            if (where == LOAD || where == START)
                early += bad;
        }
    if (early == 0)
        experiment("divides on own threads", live, &earlier, &control);
    return host_end(0);
}
