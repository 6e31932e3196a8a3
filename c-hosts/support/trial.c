/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Trials of measuring scenarios: children, how they end, and what follows from several of them. */
#define _GNU_SOURCE
#include "support.h"
#include "trial.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* A third hang takes long and says no more than two. */
enum { FEW = 3, SOME = 6, MANY = 20, ENOUGH = 2 };

/* What a child tells its parent. */
static struct {
    atomic_int begun; /* how often */
    char version[WIRE_TEXT_SIZE];
    char refused[WIRE_TEXT_SIZE]; /* why it did not take the library */
    char detail[4 * WIRE_TEXT_SIZE];
} * told;

void *xshared(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    require(memory != MAP_FAILED, "mmap", 0);
    return memory;
}

void found(const char *text, int times, int of)
{
    trace_write((enum wire_kind)WIRE_FOUND, 1, text, times, of);
}

const char *ending_text(struct ending ending)
{
    static char text[32];
    switch (ending.how) {
    case ENDED_WELL:
        return "well";
    case ENDED_HUNG:
        return "hung";
    case ENDED_PRINTED:
        return "printed";
    case ENDED_SIGNALLED:
        snprintf(text, sizeof text, "signalled %s", signal_name(ending.number));
        return text;
    case ENDED_EXITED:
        snprintf(text, sizeof text, "exited %d", ending.number);
        return text;
    }
    return "nothing";
}

struct library *trial_load(void)
{
    return xload(0);
}

void trial_start(struct library *lib)
{
    trial_need(lib->table->start(&lib->host) == 0);
    const char *version = lib->table->version();
    if (version != NULL)
        memccpy(told->version, version, '\0', sizeof told->version - 1);
}

void trial_refused(const char *code, const char *detail)
{
    if (told == NULL)
        return;
    memccpy(told->refused, code, '\0', sizeof told->refused - 1);
    memccpy(told->detail, detail, '\0', sizeof told->detail - 1);
}

void trial_begin(void)
{
    atomic_fetch_add(&told->begun, 1);
}

void trial_need(bool good)
{
    if (!good)
        _exit(TRIAL_WRONG);
}

/* Lines of callbacks are the library's to print; anything else is not. */
static bool has_printed(int output)
{
    static const char callback[] = " callback!";
    char line[256];
    size_t length = 0;
    char buffer[4096];
    for (ssize_t n; (n = read(output, buffer, sizeof buffer)) > 0;) {
        for (ssize_t i = 0; i < n; i++) {
            if (buffer[i] != '\n') {
                line[length % sizeof line] = buffer[i];
                length++;
                continue;
            }
            size_t end = sizeof callback - 1;
            if (length < end || length > sizeof line ||
                memcmp(line + length - end, callback, end) != 0)
                return true;
            length = 0;
        }
    }
    return length > 0;
}

static _Noreturn void be_child(trial_body *body, const void *plan, int output)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setpgid(0, 0);
    trace_mute();
    int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (dup2(output, STDOUT_FILENO) < 0 || (nowhere >= 0 && dup2(nowhere, STDERR_FILENO) < 0))
        _exit(TRIAL_WRONG);
    body(plan);
    fflush(stdout);
    _exit(0);
}

static struct ending ending_of(pid_t child, bool hung, int output)
{
    int status = 0;
    kill(-child, SIGKILL);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    if (hung)
        return (struct ending){.how = ENDED_HUNG};
    if (WIFSIGNALED(status))
        return (struct ending){.how = ENDED_SIGNALLED, .number = WTERMSIG(status)};
    if (WEXITSTATUS(status) != 0)
        return (struct ending){.how = ENDED_EXITED, .number = WEXITSTATUS(status)};
    return (struct ending){.how = has_printed(output) ? ENDED_PRINTED : ENDED_WELL};
}

struct ending trial(trial_body *body, const void *plan)
{
    if (told == NULL)
        told = xshared(sizeof *told);
    atomic_store(&told->begun, 0);
    /* A pipe, as a cell has: some runtimes write to a file in another way. A child that fills it hangs. */
    int ends[2];
    require(pipe2(ends, O_CLOEXEC) == 0 && fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0, "pipe", 0);
    int output = ends[0];
    pid_t child = fork();
    require(child >= 0, "fork", 0);
    if (child == 0)
        be_child(body, plan, ends[1]);
    close(ends[1]);
    setpgid(child, child);
    bool ended = patience_for(child, &told->begun);
    struct ending ending = ending_of(child, !ended, output);
    close(output);
    if (told->refused[0] != '\0') {
        step("load", library_at(0));
        library_refuse(library_at(0), told->refused, told->detail);
    }
    static bool versioned;
    if (!versioned && told->version[0] != '\0') {
        versioned = true;
        trace_fact(1, "version", told->version);
    }
    return ending;
}

/* Whether a control ends well where so many of so many trials did not. It is only made then. Where it does not always end well, as
 * a runtime may fail now and then whatever one does, trials must end badly three times as often. */
static bool is_worse_than(struct control *control, int bad, int made)
{
    while (control->made < made || (control->bad > 0 && control->made < SOME)) {
        if (control->made >= ENOUGH && control->bad == control->made)
            break;
        struct ending ending = trial(control->body, control->plan);
        control->made++;
        if (ending.how != ENDED_WELL) {
            control->bad++;
            control->last = ending;
        }
    }
    return control->bad * made * 3 <= bad * control->made;
}

void tell_void(const char *what, const char *why)
{
    char text[WIRE_TEXT_SIZE];
    snprintf(text, sizeof text, "%s: %s", what, why);
    fact("void", text);
}

int experiment(const char *fact_text, trial_body *body, const void *plan, struct control *control)
{
    int bad = 0;
    int made = 0;
    int hung = 0;
    while (made < (hung == made ? ENOUGH : FEW) || (bad != 0 && bad != made && made < MANY)) {
        struct ending ending = trial(body, plan);
        made++;
        hung += ending.how == ENDED_HUNG;
        if (ending.how == ENDED_WELL)
            continue;
        bad++;
        if (control->bad == 0 && !is_worse_than(control, bad, made))
            break;
    }
    if (bad == 0)
        return 0;
    if (!is_worse_than(control, bad, made)) {
        control->told = true;
        tell_void(fact_text, ending_text(control->last));
        return 0;
    }
    found(fact_text, bad, made);
    return bad;
}

bool is_worth_asking(const char *what, trial_body *body, const void *plan, struct control *control)
{
    for (int made = 0; made < FEW; made++) {
        if (trial(body, plan).how == ENDED_WELL)
            continue;
        bool good = is_worse_than(control, 1, 1);
        if (!good && !control->told)
            tell_void(what, ending_text(control->last));
        control->told = !good;
        return good;
    }
    return false;
}

void ask_each(signals set, const struct question *question)
{
    int count = __builtin_popcountll(set);
    if (count == 0)
        return;
    if (count == 1) {
        question->ask(__builtin_ctzll(set) + 1, question->plan);
        return;
    }
    if (!question->is_worth_asking(set, question->plan))
        return;
    signals low = set;
    for (int left = count / 2; left > 0; left--)
        low &= low - 1;
    ask_each(set & ~low, question);
    ask_each(low, question);
}
