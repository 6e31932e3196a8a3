/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Gives the thread that starts it a signal stack that goes with the library. */
#define _GNU_SOURCE
#define SAMPLE signal_stack_left
#define ID "signal-stack-left"
#define START start_badly
#include "coexist_runtime.h"
static int start_badly(const coexist_host *host);
#include "skeleton.h"
#include <signal.h>

static char memory[32768];

static int start_badly(const coexist_host *host)
{
    const stack_t stack = {.ss_sp = memory, .ss_size = sizeof memory};
    return sigaltstack(&stack, NULL) == 0 ? sample_start(host) : 1;
}
