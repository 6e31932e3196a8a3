/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * What a scenario may call. A scenario is one C file with a main():
 *
 *     int main(int argc, char **argv)
 *     {
 *         host_begin(argc, argv);
 *         struct library *a = xload(0);
 *         xstart(a);
 *         xcallback(a);
 *         xstop(a);
 *         return host_end(0);
 *     }
 *
 * The x-functions are steps: each writes its begin and its end to the trace, so that the harness
 * knows in which phase a process died. They exit the process with status 1 after writing why when
 * the contract is broken (library refused, entry is NULL though the scenario needs it).
 */
#ifndef COEXIST_H
#define COEXIST_H

#include "coexist_runtime.h"
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/* A host exports coexist_early_host and nothing else: any other name could take the place of a
 * library's own. */
#pragma GCC visibility push(hidden)

int main(int argc, char **argv);

/* A library of this cell, in the cell's order. */
struct library {
    int position;           /* 1.. */
    const char *label;      /* "go", "go@1.21", "go#2": as the cell's id has it */
    const char *path;
    void *handle;           /* of dlopen; NULL while not loaded */
    const coexist_runtime *table;
    coexist_host host;      /* what start() gets */
};

/* Start and end of a scenario. A host in a VM's process hands over the words that follow the VM's own
 * (--mode=MODE LABEL=PATH...), after one for the program; they must stay. host_end writes the end event and returns `status`, or 1 if a check
 * failed; main must return its value (or hand it to exit). */
void host_begin(int argc, char **argv);
int host_end(int status);

int host_count(void);           /* libraries of this cell */
const char *host_path(int index); /* its file, loaded or not */
const char *host_mode(void);    /* the cell's mode: "dlopen", "linked", or another word */
bool host_is_mode(const char *mode);

/* Steps on one library. */
struct library *xload(int index);        /* 0-based; dlopen(RTLD_NOW | RTLD_LOCAL), or the linked one */
struct library *xload_flags(int index, int dlopen_flags);
/* A further copy of a loaded library, from another file: in the trace it is the same library. NULL if
 * the loader does not take it; then *error is what it said. */
struct library *load_copy(const struct library *original, const char *path, const char **error);
/* A VM loads in its own way: it does so between these two. `error` is why it could not, or NULL. */
void xload_begin(int index);
struct library *xload_end(int index, const char *error);
void xstart(struct library *lib);        /* a result other than 0 ends the process */
void xstop(struct library *lib);         /* nothing, if the entry is NULL */
void xcallback(struct library *lib);
int64_t xcall(struct library *lib, coexist_fn fn, void *arg);
void xchurn(struct library *lib, uint32_t mib, uint32_t seed); /* checks result and sum */
void xraise(struct library *lib, int64_t payload);             /* checks the payload */
void xfault(struct library *lib);
void xoverflow(struct library *lib);
int64_t xspawn(struct library *lib, coexist_fn fn, void *arg);
void xattach(struct library *lib);       /* nothing, if the entry is NULL */
void xdetach(struct library *lib);       /* nothing, if the entry is NULL */
int64_t xstate(struct library *lib);
void xstate_is(struct library *lib, int64_t expected);         /* checks the count */
void xbound_apart(void);                 /* no symbol of a library is bound to another library */
void xunload(struct library *lib);       /* dlclose */

/* The sum that churn must find. */
uint64_t churn_sum(uint32_t mib, uint32_t seed);

/* The trace. */
void lane(const char *name);                     /* names this thread's lane; "main" has its own */
void note(const char *text);                     /* shown, compared */
void value(const char *name, int64_t v);         /* shown, compared */
void fact(const char *key, const char *text);    /* kept, never compared */
void mark(const char *name);                     /* stands still while the harness measures */
void step(const char *name, const struct library *lib);   /* for steps that a scenario makes itself */
void done(const char *name, const struct library *lib, int64_t result);

/* Checks. A failed check is written with its text and line; VERIFY goes on, REQUIRE ends the process. */
#define VERIFY(cond) verify((cond), #cond, __LINE__)
#define REQUIRE(cond) require((cond), #cond, __LINE__)
void verify(bool good, const char *text, int line);
void require(bool good, const char *text, int line);
_Noreturn void fail(const char *text, int line);

/* Checked wrappers. */
pthread_t xthread(void *(*body)(void *), void *arg);
void xjoin(pthread_t thread);
void *xmalloc(size_t size);

#pragma GCC visibility pop

#endif
