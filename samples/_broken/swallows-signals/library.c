/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Has a handler in front of the host's and never calls that. */
#define _GNU_SOURCE
#define SAMPLE swallows_signals
#define ID "swallows-signals"
#define START start_badly
#include "coexist_runtime.h"
static int start_badly(const coexist_host *host);
#include "skeleton.h"
#include <signal.h>

static void handle(int signal)
{
    (void)signal;
}

static int start_badly(const coexist_host *host)
{
    signal(SIGALRM, handle);
    return sample_start(host);
}
