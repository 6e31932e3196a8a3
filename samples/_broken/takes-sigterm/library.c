/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Has a handler where the default would end the process. */
#define _GNU_SOURCE
#define SAMPLE takes_sigterm
#define ID "takes-sigterm"
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
    signal(SIGTERM, handle);
    return sample_start(host);
}
