/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Takes every SIGSEGV of the process for its own, and ends the process upon it. */
#define SAMPLE steals_faults
#define ID "steals-faults"
#define START take_faults
#include "coexist_runtime.h"
static int take_faults(const coexist_host *host);
#include "skeleton.h"
#include <signal.h>
#include <unistd.h>

static void give_up(int signal)
{
    (void)signal;
    _exit(42);
}

static int take_faults(const coexist_host *host)
{
    struct sigaction mine = {.sa_handler = give_up};
    sigaction(SIGSEGV, &mine, NULL);
    return sample_start(host);
}
