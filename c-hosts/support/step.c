/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The steps: calls through the contract, each between its two records. What a call returned is
 * checked before its end is written, so that a failed check belongs to the step. */
#include "support.h"
#include <unistd.h>

static int position(const struct library *lib)
{
    return lib == NULL ? 0 : lib->position;
}

void step(const char *name, const struct library *lib)
{
    trace_write(WIRE_STEP, position(lib), name, 0, 0);
}

void done(const char *name, const struct library *lib, int64_t result)
{
    trace_write(WIRE_DONE, position(lib), name, result, 0);
}

void xstart(struct library *lib)
{
    step("start", lib);
    int result = lib->table->start(&lib->host);
    /* Any further call would crash, and then look like another failure. */
    verify_is(result, 0, "start returns 0", 0);
    if (result != 0)
        _exit(1);
    const char *version = lib->table->version();
    require(version != NULL, "version is known after start", 0);
    trace_fact(lib->position, "version", version);
    done("start", lib, result);
}

void xstop(struct library *lib)
{
    if (lib->table->stop == NULL)
        return;
    step("stop", lib);
    int result = lib->table->stop();
    verify_is(result, 0, "stop returns 0", 0);
    done("stop", lib, result);
}

void xcallback(struct library *lib)
{
    step("callback", lib);
    lib->table->callback();
    done("callback", lib, 0);
}

int64_t xcall(struct library *lib, coexist_fn fn, void *arg)
{
    NEED(lib, call);
    step("call", lib);
    int64_t result = lib->table->call(fn, arg);
    done("call", lib, result);
    return result;
}

uint64_t churn_sum(uint32_t mib, uint32_t seed)
{
    uint64_t sum = 0;
    for (uint64_t i = 0; i < (uint64_t)mib * 1024; i += 16)
        sum += (uint64_t)(uint32_t)(seed + i * 2654435761u) * 256;
    return sum;
}

void xchurn(struct library *lib, uint32_t mib, uint32_t seed)
{
    NEED(lib, churn);
    step("churn", lib);
    uint64_t sum = 0;
    int result = lib->table->churn(mib, seed, &sum);
    verify_is(result, 0, "churn returns 0", 0);
    verify(sum == churn_sum(mib, seed), "churn finds its living blocks as it wrote them", 0);
    done("churn", lib, result);
}

void xraise(struct library *lib, int64_t payload)
{
    NEED(lib, raise);
    step("raise", lib);
    int64_t result = lib->table->raise(payload);
    verify_is(result, payload, "the caught error carries its payload", 0);
    done("raise", lib, result);
}

void xfault(struct library *lib)
{
    NEED(lib, fault);
    step("fault", lib);
    int result = lib->table->fault();
    verify_is(result, 0, "fault returns 0", 0);
    done("fault", lib, result);
}

void xoverflow(struct library *lib)
{
    NEED(lib, overflow);
    step("overflow", lib);
    int result = lib->table->overflow();
    verify_is(result, 0, "overflow returns 0", 0);
    done("overflow", lib, result);
}

int64_t xspawn(struct library *lib, coexist_fn fn, void *arg)
{
    NEED(lib, spawn);
    step("spawn", lib);
    int64_t result = lib->table->spawn(fn, arg);
    done("spawn", lib, result);
    return result;
}

void xattach(struct library *lib)
{
    if (lib->table->attach == NULL)
        return;
    step("attach", lib);
    int result = lib->table->attach();
    verify_is(result, 0, "attach returns 0", 0);
    done("attach", lib, result);
}

void xdetach(struct library *lib)
{
    if (lib->table->detach == NULL)
        return;
    step("detach", lib);
    int result = lib->table->detach();
    verify_is(result, 0, "detach returns 0", 0);
    done("detach", lib, result);
}

int64_t xstate(struct library *lib)
{
    NEED(lib, state);
    step("state", lib);
    int64_t result = lib->table->state();
    done("state", lib, result);
    return result;
}

void xstate_is(struct library *lib, int64_t expected)
{
    NEED(lib, state);
    step("state", lib);
    int64_t result = lib->table->state();
    verify_is(result, expected, "state counts for this library alone", 0);
    done("state", lib, result);
}
