/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Installs a handler of its own code: so does another copy. */
#define _GNU_SOURCE
#define SAMPLE first_loses
#define ID "first-loses"
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
    signal(SIGUSR2, handle);
    return sample_start(host);
}
