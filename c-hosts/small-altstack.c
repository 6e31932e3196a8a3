/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The host's alternate signal stack stays as it is, and its handlers, which did not ask for that stack, need more than it has: they run
 * on the thread's own stack before the library is loaded and with the runtime up. */
//! runtimes: 1
//! needs: churn
//! deadline: 5s
#include "support/signals.h"
#include <sys/mman.h>

enum { ALTERNATE = 16 * 1024, NEEDED = 20 * 1024 };

/* SIGWINCH: hardly a runtime has a use for it. */
static volatile sig_atomic_t ran;
static volatile sig_atomic_t on_alternate;

/* noinline: its frame must not be the handler's, which may run on the wrong stack. */
static __attribute__((noinline)) void need_stack(void)
{
    volatile char frame[NEEDED];
    for (size_t i = 0; i < sizeof frame; i++)
        frame[i] = 1;
}

static void handle(int signal)
{
    (void)signal;
    ran++;
    stack_t now;
    if (sigaltstack(NULL, &now) != 0 || now.ss_flags & SS_ONSTACK) {
        on_alternate = 1; /* and more of it would be a crash */
        return;
    }
    need_stack();
}

static void try_handler(const char *when, const struct library *lib, const stack_t *ours)
{
    step(when, lib);
    ran = 0;
    REQUIRE(raise(SIGWINCH) == 0);
    verify(ran == 1, "the host's handler runs once", __LINE__);
    verify(!on_alternate, "the host's handler runs on the thread's own stack", __LINE__);
    stack_t now;
    REQUIRE(sigaltstack(NULL, &now) == 0);
    verify(now.ss_sp == ours->ss_sp && now.ss_size == ours->ss_size,
           "the alternate stack of the main thread is the host's", __LINE__);
    done(when, lib, 0);
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    void *memory =
        mmap(NULL, ALTERNATE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    REQUIRE(memory != MAP_FAILED);
    stack_t ours = {.ss_sp = memory, .ss_size = ALTERNATE};
    REQUIRE(sigaltstack(&ours, NULL) == 0);
    xhandle(SIGWINCH, handle);
    try_handler("before", NULL, &ours);
    struct library *lib = xload(0);
    try_handler("loaded", lib, &ours);
    xstart(lib);
    try_handler("started", lib, &ours);
    xchurn(lib, 1, 7);
    try_handler("churned", lib, &ours);
    xstop(lib);
    try_handler("stopped", lib, &ours);
    return host_end(0);
}
