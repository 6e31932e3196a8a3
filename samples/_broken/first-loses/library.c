/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Installs a handler of its own code: so does another copy. */
#define _GNU_SOURCE
#define SAMPLE first_loses
#define ID "first-loses"
#define START start_badly
#define STOP stop
#include "coexist_runtime.h"
static int start_badly(const coexist_host *host);
static int stop(void);
#include "skeleton.h"
#include <signal.h>

#ifndef SIGNAL
#define SIGNAL SIGUSR2
#endif

static void handle(int signal)
{
    (void)signal;
}

static int start_badly(const coexist_host *host)
{
    signal(SIGNAL, handle);
    return sample_start(host);
}

static int stop(void)
{
#ifdef GIVES_UP
    signal(SIGNAL, SIG_DFL);
#endif
    return sample_stop();
}
