/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Ends the process at a fault that is not its own. */
#define _GNU_SOURCE
#define SAMPLE takes_faults
#define ID "takes-faults"
#define START start_badly
#include "coexist_runtime.h"
static int start_badly(const coexist_host *host);
#include "skeleton.h"
#include <signal.h>
#include <unistd.h>

static void give_up(int signal)
{
    (void)signal;
    _exit(70);
}

static int start_badly(const coexist_host *host)
{
    signal(SIGSEGV, give_up);
    return sample_start(host);
}
