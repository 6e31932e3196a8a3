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
#include <sys/types.h>

/* A host exports coexist_early_host and nothing else: any other name could take the place of a
 * library's own. */
#pragma GCC visibility push(hidden)

int main(int argc, char **argv);

/* A library of this cell, in the cell's order. */
struct library {
    int position;      /* 1.. */
    const char *label; /* "go", "go@1.21", "go#2": as the cell's id has it */
    const char *path;
    void *handle; /* of dlopen; NULL while not loaded */
    const coexist_runtime *table;
    coexist_host host; /* what start() gets */
};

/* Start and end of a scenario. A host in a VM's process hands over the words that follow the VM's own
 * (--mode=MODE LABEL=PATH...), after one for the program; they must stay. host_end writes the end event and returns `status`, or 1 if a check
 * failed; main must return its value (or hand it to exit). */
void host_begin(int argc, char **argv);
int host_end(int status);

int host_count(void);             /* libraries of this cell */
const char *host_path(int index); /* its file, loaded or not */
const char *host_mode(void);      /* the cell's mode: "dlopen", "linked", or another word */
bool host_is_mode(const char *mode);

/* Steps on one library. */
struct library *xload(int index); /* 0-based; dlopen(RTLD_NOW | RTLD_LOCAL), or the linked one */
struct library *xload_flags(int index, int dlopen_flags);
/* In a link-map namespace of its own (dlmopen); NULL if the loader has no more, and then *error is why. */
struct library *load_namespace(int index, const char **error);
/* A further copy of a loaded library, from another file: in the trace it is the same library. NULL if
 * the loader does not take it; then *error is what it said. */
struct library *load_copy(const struct library *original, const char *path, const char **error);
/* A VM loads in its own way: it does so between these two. `error` is why it could not, or NULL. */
void xload_begin(int index);
struct library *xload_end(int index, const char *error);
void xstart(struct library *lib); /* a result other than 0 ends the process */
void xstop(struct library *lib);  /* nothing, if the entry is NULL */
void xcallback(struct library *lib);
int64_t xcall(struct library *lib, coexist_fn fn, void *arg);
void xchurn(struct library *lib, uint32_t mib, uint32_t seed); /* checks result and sum */
void xraise(struct library *lib, int64_t payload);             /* checks the payload */
void xfault(struct library *lib);
void xoverflow(struct library *lib);
int64_t xspawn(struct library *lib, coexist_fn fn, void *arg);
void xattach(struct library *lib); /* nothing, if the entry is NULL */
void xdetach(struct library *lib); /* nothing, if the entry is NULL */
int64_t xstate(struct library *lib);
void xstate_is(struct library *lib, int64_t expected); /* checks the count */
void xwork(struct library *lib);                       /* call and churn */
void xcounts_on(struct library *lib); /* two calls of state, from wherever it was */
void xbound_apart(void);              /* no symbol of a library is bound to another library */
void xunload(struct library *lib);    /* dlclose */

/* Loads the first library, starts it, lets it work and stops it. After each, `check` looks for changes in a step of its own:
 * loaded, started, worked, stopped. */
void xlife(void (*check)(void));

/* Loads the first library, starts it, asks for its state, stops it in the mode `stop`, and unloads it. What it has left behind
 * is for the scenario to find. */
struct library *xgone(void);

/* The sum that churn must find. */
uint64_t churn_sum(uint32_t mib, uint32_t seed);

/* The trace. */
void lane(const char *name);                  /* names this thread's lane; "main" has its own */
void note(const char *text);                  /* shown, compared */
void value(const char *name, int64_t v);      /* shown, compared */
void fact(const char *key, const char *text); /* kept, never compared */
void mark(const char *name);                  /* stands still while the harness measures */
void step(const char *name, const struct library *lib); /* for steps that a scenario makes itself */
void done(const char *name, const struct library *lib, int64_t result);

/* Checks. A failed check is written with its text and line; VERIFY goes on, REQUIRE ends the process. */
#define VERIFY(cond) verify((cond), #cond, __LINE__)
#define REQUIRE(cond) require((cond), #cond, __LINE__)
void verify(bool good, const char *text, int line);
/* The failed check says what there was instead. */
void verify_is(int64_t found, int64_t expected, const char *text, int line);
void require(bool good, const char *text, int line);
_Noreturn void fail(const char *text, int line);

/* More of the check that failed last, for people: kept and never compared. */
void detail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Checked wrappers. */
pthread_t xthread(void *(*body)(void *), void *arg);
pthread_t xthread_sized(void *(*body)(void *), void *arg, size_t stack); /* bytes */
void xjoin(pthread_t thread);
void *xmalloc(size_t size);

/* Waits until no other thread of the process runs or has to wait for a disk; false if that did not come in time. */
bool settle(int milliseconds);

/* Forks; the child's events are in a lane of this name. The child ends with child_end. */
pid_t xfork(const char *lane_name);
_Noreturn void child_end(
    void); /* _exit with 0, or 1 if a check failed; what stdio holds is written, what a runtime holds is not */
/* The child's wait status; CHILD_HUNG if it did not end in time, and then it was killed. */
enum { CHILD_HUNG = -1, CHILD_LOST = -2 /* somebody else has reaped it */ };
int wait_child(pid_t child, int milliseconds);
/* The same, and checks that it ended with 0; the failed check says how it ended. */
void xwait_child(pid_t child, int milliseconds);

/* What the kernel has for a signal, also for those that glibc keeps to itself (32, 33). */
struct handler {
    uintptr_t function;  /* or SIG_DFL, SIG_IGN */
    unsigned long flags; /* SA_ONSTACK, SA_RESTART… without the kernel's own SA_RESTORER */
    uint64_t mask;
};
struct handler handler_of(int signal);
/* Whose code an address is: the label of a library of the cell, "host", the file name of another shared object,
 * "default" and "ignored" for SIG_DFL and SIG_IGN, "made at run time" for executable memory without a file, "nowhere"
 * for an address that is not mapped. Valid until the next call; not for signal handlers. */
const char *owner_of(uintptr_t address);

/* What the kernel counts of this process. */
int threads_now(void);
int descriptors_now(void);
int maps_now(void); /* lines of /proc/self/maps */

#pragma GCC visibility pop

#endif
