/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * The contract between a host and a runtime library.
 *
 * A library exports exactly one symbol of ours, COEXIST_EXPORT(<id>), a function that returns a
 * constant table. A NULL entry means "this runtime does not offer it"; its manifest says why.
 * The work behind every entry is done by managed code; glue may marshal, never pretend.
 */
#ifndef COEXIST_RUNTIME_H
#define COEXIST_RUNTIME_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Raised whenever a field below changes its meaning or place. A host refuses any other number. */
#define COEXIST_ABI 1u

/* The exported name for a sample id; '-' in an id is written '_' (d-ldc: coexist_runtime_d_ldc). */
#define COEXIST_EXPORT(id) coexist_runtime_##id

/* What a host gives to a library. Valid until the process ends, from any thread. */
typedef struct coexist_host {
    uint32_t abi;  /* COEXIST_ABI of the host */
    uint32_t size; /* sizeof(coexist_host) of the host */
    void *self;    /* the host's own */
    /* Appends an event to the trace. `what` is a short lowercase word; at most 88 bytes are kept.
     * Async-signal-safe; never fails. */
    void (*emit)(const struct coexist_host *host, const char *what, int64_t value);
    /* Says that `size` bytes at `block` hold a live object of the runtime's heap (see churn). */
    void (*live)(const struct coexist_host *host, const void *block, size_t size);
} coexist_host;

typedef int64_t (*coexist_fn)(void *arg);

typedef struct coexist_runtime {
    uint32_t abi;      /* COEXIST_ABI */
    uint32_t size;     /* sizeof(coexist_runtime) */
    const char *id;    /* the sample's id: "go" */
    const char *title; /* what callback prints before " callback!": "Go" */

    /* The running runtime's own version, as it tells it itself: "go1.27.3". Valid for ever. */
    const char *(*version)(void);

    /* Comes up, idempotent. 0, or an error code of the runtime. */
    int (*start)(const coexist_host *host);
    /* Shuts down. 0, or an error code of the runtime. NULL where the language has no such thing. */
    int (*stop)(void);

    /* Managed code prints "<title> callback!\n" on stdout with the language's own I/O, then emits
     * the event "callback" with value 0. Prints and emits exactly once a call. */
    void (*callback)(void);

    /* Managed code calls fn(arg) and returns its result. To any depth, from any depth. */
    int64_t (*call)(coexist_fn fn, void *arg);

    /* Managed code allocates mib * 1024 blocks of 256 32-bit words each. Every word of block i is
     * (seed + i * 2654435761) mod 2^32. Blocks with i % 16 == 0 live, the others are dropped as
     * the loop goes on. After at least one full collection in the middle and one at the end (where
     * the language has them), *sum is the sum of all words of the living blocks, read back from
     * memory. Up to 8 living blocks are reported through host->live just before the return, where
     * addresses are meaningful. 0, or an error code. May run on several threads at once. */
    int (*churn)(uint32_t mib, uint32_t seed, uint64_t *sum);

    /* Managed code throws an error that carries `payload`, catches it at least one managed call
     * further out, and returns the payload that it found in the caught error. */
    int64_t (*raise)(int64_t payload);

    /* Managed code dereferences null; the runtime turns the hardware fault into the language's
     * error, managed code catches it. 0 when caught. */
    int (*fault)(void);
    /* The same for a stack overflow by unbounded recursion. 0 when caught. */
    int (*overflow)(void);

    /* Calls fn(arg) from a thread (goroutine, fiber...) that the runtime made, joins it and
     * returns the result. */
    int64_t (*spawn)(coexist_fn fn, void *arg);

    /* Registers, and forgets, a thread that the host made. NULL: not needed, or not possible.
     * 0, or an error code. */
    int (*attach)(void);
    int (*detach)(void);

    /* Leaves n managed threads busy in the background and returns at once. 0, or an error code. */
    int (*spin)(uint32_t n);

    /* Reads the language's monotonic clock n times; the last reading in nanoseconds. */
    int64_t (*clock)(uint32_t n);

    /* Writes a symbolised managed stack trace, taken three managed calls deep in functions whose
     * names contain "coexist_depth_1", "coexist_depth_2", "coexist_depth_3" (or the language's
     * spelling of it), NUL-terminated. Returns its length without the NUL. */
    size_t (*backtrace)(char *buf, size_t len);

    /* Adds one to a counter in managed global state and returns it: 1, 2, 3... */
    int64_t (*state)(void);
} coexist_runtime;

typedef const coexist_runtime *(*coexist_export_fn)(void);

/* For the eager flavour, whose managed main runs at DT_INIT time, before anyone called start: the
 * host program defines this function, a program that is no host does not, so test it for NULL.
 * Returns the host's interface for the library `id`, or NULL. */
const coexist_host *coexist_early_host(const char *id) __attribute__((weak));

/* The mail's C library (c-hosts/lib/test.c, libtest.so), with which the eager flavours are linked:
 * prints "From test, calling <name>" and calls `back`. */
void coexist_test(const char *name, void (*back)(void));

#ifdef __cplusplus
}
#endif
#endif
