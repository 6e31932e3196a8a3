/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * What measuring scenarios share: trials, each in a child that loads the library, so that the cell's own process stays as it
 * was and always tells the same. Not in include/, of which every library is made.
 *
 * A scenario declares the keys of its facts (`//! facts: needs`), and never loads the library in its own process.
 */
#ifndef COEXIST_TRIAL_H
#define COEXIST_TRIAL_H

#include "signals.h"

#pragma GCC visibility push(hidden)

/* A fact about the library, and how many of how many trials showed it. The first word is the fact's key. At most 88 bytes. */
void found(const char *text, int times, int of);

/* How a child ended. The number is the signal's or the exit status. */
enum ended { ENDED_WELL, ENDED_SIGNALLED, ENDED_EXITED, ENDED_HUNG, ENDED_PRINTED };
struct ending {
    enum ended how;
    int number;
};
/* "signalled SIGSEGV", "exited 1", "hung", "printed". Valid until the next call. */
const char *ending_text(struct ending ending);

/* What a child does. It ends well when it returns, and badly when it is killed, exits, hangs, or prints a line on stdout that
 * no callback of the library prints. */
typedef void trial_body(const void *plan);
struct ending trial(trial_body *body, const void *plan);

/* What an experiment is compared with: the same work without the intervention. */
struct control {
    trial_body *body;
    const void *plan;
    int made;           /* trials so far */
    int bad;            /* of these */
    struct ending last; /* of the last bad one */
    bool told;          /* that it does not end well */
};

/* Makes trials: three, or up to twenty where they differ. If some end badly, and the control does not, or far less often, that is the
 * fact; if the control does as well, nothing is known of it, and the record says so. Returns how many ended badly; 0 if nothing is known. */
int experiment(const char *fact, trial_body *body, const void *plan, struct control *control);
/* Whether it is worth while to ask for the parts of `plan`: one of three trials ends badly, and the control does not. If the control
 * does, `what` is void. */
bool is_worth_asking(const char *what, trial_body *body, const void *plan, struct control *control);

/* What children say of themselves, by trial_say: makes two trials, or up to ten where they differ, and each text is a fact. If
 * one ends badly, what it said before counts, and `what` is told to be void. */
void observe(const char *what, trial_body *body, const void *plan);

/* Memory that children share with their parent. */
void *xshared(size_t size);

/* In a child. */
struct library *trial_load(void);
void trial_start(struct library *lib);
void trial_begin(
    void); /* what is measured, or the next step of it, begins here: its time counts from now on */
void trial_need(bool good); /* or the child ends with TRIAL_WRONG */
enum { TRIAL_WRONG = 99 };

void trial_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Signals as sets: bit n - 1 is signal n. */
enum { SIGNALS = 64 };
typedef uint64_t signals;
static inline bool has_signal(signals set, int signal)
{
    return (set >> (signal - 1) & 1) != 0;
}
extern const signals FAULT_SIGNALS; /* SIGSEGV, SIGBUS, SIGFPE, SIGILL */

/* Asks for each signal of a set alone, but for those of a half, a quarter… that is not worth asking for. */
struct question {
    bool (*is_worth_asking)(signals some, const void *plan);
    void (*ask)(int signal, const void *plan);
    const void *plan;
};
void ask_each(signals set, const struct question *question);

/* All handlers of the process, glibc's own left out. */
struct handlers {
    struct handler of[SIGNALS + 1];
};
void handlers_now(struct handlers *now);
/* Signals that have a function that they had not before. */
signals handlers_taken(const struct handlers *before);

/* In the parent: what the library has taken after its start and a turn of churn, and which entries it has. Asked for once. */
struct known {
    signals taken;
    bool fault;
    bool overflow;
    bool churn;
    bool call;
};
const struct known *known_of_library(void);

/* Steps in a child. They do as much as the scenarios of the same names, and call the table without a word in the trace. */
void trial_call(const struct library *lib);
void trial_churn(const struct library *lib, uint32_t mib);
void trial_churn_threads(const struct library *lib,
                         void (*on_thread)(void)); /* on two host threads; on_thread may be NULL */
void trial_work(const struct library *lib);        /* call and churn */

#pragma GCC visibility pop

#endif
