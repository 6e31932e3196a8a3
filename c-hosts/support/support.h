/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* What the files of this folder share with each other and hide from scenarios. */
#ifndef COEXIST_SUPPORT_H
#define COEXIST_SUPPORT_H

#include "coexist.h"
#include "coexist_wire.h"
#include <stdatomic.h>
#include <stddef.h>

#pragma GCC visibility push(hidden)

/* begin.c */
void begin(int argc, char **argv); /* once */
bool host_is_loaded_first(void);   /* the libraries are there before the host's main */

/* A kind of record like those of coexist_wire.h: a fact, text = the fact, a = how many trials showed it, b = how many were made.
 * Not in include/, of which every library is made. */
#define WIRE_FOUND 16

/* trace.c */
void trace_open(void);
void trace_mute(void); /* for a child whose story is not the cell's: nothing is written any more */
bool trace_is_watched(void); /* a harness handed the memory over */
uint64_t trace_nonce(void);
void trace_main_lane(void);
void lane_of_child(const char *name, int child); /* a lane for the only thread of the n-th child */
void trace_write(enum wire_kind kind, int runtime, const char *text, int64_t a, int64_t b);
void trace_detail(int runtime, const char *text, size_t most); /* split over several records */
void trace_fact(int runtime, const char *key, const char *text);

/* mark.c */
void mark_open(void);
void mark_full(void); /* async-signal-safe */
void mark_hung(void); /* a child hangs, and is about to be killed */

/* trial.c */
/* In a child: the parent refuses the library as well. */
void trial_refused(const char *code, const char *detail);
void tell_void(const char *what, const char *why);

/* patience.c */
bool patience_for(pid_t child, const atomic_int *begun); /* until it has ended; false if it hangs */

/* state.c */
void state_tell(void); /* after a mark's record and before its request */

/* library.c */
bool library_add(const char *argument); /* "LABEL=PATH"; false: it is no such thing */
int library_count(void);
struct library *library_at(int index);
coexist_export_fn library_export(const struct library *lib); /* or it is refused */
void library_need(const struct library *lib, bool offered, const char *entry);
_Noreturn void library_refuse(const struct library *lib, const char *code, const char *detail);
#define NEED(lib, entry) library_need((lib), (lib)->table->entry != NULL, #entry)

/* check.c */
bool check_failed(void);
void complain(const char *what, const char *text); /* on stderr, when nobody watches */

#pragma GCC visibility pop

#endif
