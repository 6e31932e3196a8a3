/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Measures whether a library knows its thread's stack: managed code calls the host, which calls managed code on a small stack that
 * is no thread's, as a runtime with stacks of its own does. */
//! needs: call
//! facts: knows-stack
#include "support/trial.h"
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

enum { SMALL = 8 * 1024, GUARD = 64 * 4096, ANSWER = 23 };

struct plan {
    bool switches;
};

static const struct library *lib;
static bool switches;
static ucontext_t here, there;
static int64_t result;

static int64_t answer(void *arg)
{
    (void)arg;
    return ANSWER;
}

static void call(void)
{
    result = lib->table->call(answer, NULL);
}

static int64_t call_again(void *stack)
{
    if (!switches) {
        call();
        return result;
    }
    trial_need(getcontext(&there) == 0);
    there.uc_stack = (stack_t){.ss_sp = stack, .ss_size = SMALL};
    there.uc_link = &here;
    makecontext(&there, call, 0);
    trial_need(swapcontext(&here, &there) == 0);
    return result;
}

static void live(const void *arg)
{
    const struct plan *plan = arg;
    switches = plan->switches;
    char *memory =
        mmap(NULL, GUARD + SMALL, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    trial_need(memory != MAP_FAILED && mprotect(memory, GUARD, PROT_NONE) == 0);
    struct library *loaded = trial_load();
    trial_start(loaded);
    lib = loaded;
    trial_begin();
    trial_need(lib->table->call(call_again, memory + GUARD) == ANSWER);
    trial_call(lib);
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    const struct plan stays = {.switches = false};
    const struct plan goes = {.switches = true};
    struct control control = {.body = live, .plan = &stays};
    experiment("knows-stack", live, &goes, &control);
    return host_end(0);
}
