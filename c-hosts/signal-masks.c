/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Each host thread has the same signals blocked as before: after load, start, calls, collections and stop, on the main thread and on
 * another one. */
//! runtimes: 1
//! needs: call churn
//! modes: none some
//! deadline: 5s
#define _GNU_SOURCE
#include "support/signals.h"
#include <sys/syscall.h>
#include <unistd.h>

static uint64_t ours;

static uint64_t mask_now(void)
{
    uint64_t mask;
    /* Not pthread_sigmask: a library may have put its own in its place. */
    REQUIRE(syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &mask, sizeof mask) == 0);
    return mask;
}

static void check(const char *when, const struct library *lib)
{
    step(when, lib);
    uint64_t changed = mask_now() ^ ours;
    verify(changed == 0, "the thread's signal mask is as before", __LINE__);
    for (int signal = 1; signal < NSIG; signal++)
        if (changed >> (signal - 1) & 1)
            detail("%s; ", signal_name(signal));
    done(when, lib, 0);
}

static int64_t nothing(void *arg)
{
    (void)arg;
    return 0;
}

static void use(struct library *lib)
{
    xcall(lib, nothing, NULL);
    check("called", lib);
    xchurn(lib, 1, 7);
    check("churned", lib);
}

static void *on_thread(void *arg)
{
    struct library *lib = arg;
    lane("thread");
    check("begun", lib);
    xattach(lib);
    check("attached", lib);
    use(lib);
    xdetach(lib);
    check("detached", lib);
    return NULL;
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    if (host_is_mode("some")) {
        sigset_t some;
        sigemptyset(&some);
        sigaddset(&some, SIGUSR2);
        sigaddset(&some, SIGHUP);
        sigaddset(&some, SIGRTMIN + 11);
        REQUIRE(pthread_sigmask(SIG_SETMASK, &some, NULL) == 0);
    }
    ours = mask_now();
    struct library *lib = xload(0);
    check("loaded", lib);
    xstart(lib);
    check("started", lib);
    use(lib);
    xjoin(xthread(on_thread, lib));
    xstop(lib);
    check("stopped", lib);
    return host_end(0);
}
