/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Leaves a handler behind that goes with the library. */
#define _GNU_SOURCE
#define SAMPLE handler_unmapped
#define ID "handler-unmapped"
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
    signal(SIGHUP, handle);
    return sample_start(host);
}
