/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Blocks all signals around a call, those of faults as well: a VM that makes exceptions of them gets none. */
#define SAMPLE blocks_faults
#define ID "blocks-faults"
#define CALL call_undisturbed
#include "coexist_runtime.h"
static int64_t call_undisturbed(coexist_fn fn, void *arg);
#include "skeleton.h"
#include <signal.h>

static int64_t call_undisturbed(coexist_fn fn, void *arg)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    int64_t result = fn(arg);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return result;
}
