/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Installs a handler and does not look whether there is one. */
#define _GNU_SOURCE
#define SAMPLE replaces_handlers
#define ID "replaces-handlers"
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
    signal(SIGUSR1, handle);
    return sample_start(host);
}
