/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Leaves a signal handler where the library was, once it is unloaded. */
#define SAMPLE handler_left
#define ID "handler-left"
#define START begin
#include "coexist_runtime.h"
static int begin(const coexist_host *host);
#include "skeleton.h"
#include <signal.h>

static void ignore(int signal)
{
    (void)signal;
}

static int begin(const coexist_host *host)
{
    struct sigaction action = {.sa_handler = ignore, .sa_flags = SA_ONSTACK | SA_RESTART};
    return sigaction(SIGUSR2, &action, NULL) != 0 || sample_start(host) != 0;
}
