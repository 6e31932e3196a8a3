/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Puts a handler of its own in the place of the host's SIGUSR1. */
#define SAMPLE takes_signal
#define ID "takes-signal"
#define START change_it
#include "coexist_runtime.h"
static int change_it(const coexist_host *host);
#include "skeleton.h"
#include <signal.h>

static void on_signal(int signal)
{
    (void)signal;
}

static int change_it(const coexist_host *host)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_ONSTACK};
    sigaction(SIGUSR1, &action, NULL);
    return sample_start(host);
}
