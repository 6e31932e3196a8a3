/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Blocks signals around a call and forgets to unblock them. */
#define _GNU_SOURCE
#define SAMPLE blocks_signals
#define ID "blocks-signals"
#define CALL call_badly
#include "coexist_runtime.h"
static int64_t call_badly(coexist_fn fn, void *arg);
#include "skeleton.h"
#include <signal.h>

static int64_t call_badly(coexist_fn fn, void *arg)
{
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &blocked, NULL);
    return fn(arg);
}
