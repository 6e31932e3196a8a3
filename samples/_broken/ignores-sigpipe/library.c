/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Wants EPIPE for itself, and so everybody gets it. */
#define _GNU_SOURCE
#define SAMPLE ignores_sigpipe
#define ID "ignores-sigpipe"
#define START start_badly
#include "coexist_runtime.h"
static int start_badly(const coexist_host *host);
#include "skeleton.h"
#include <signal.h>

static int start_badly(const coexist_host *host)
{
    signal(SIGPIPE, SIG_IGN);
    return sample_start(host);
}
