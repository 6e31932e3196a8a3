/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Sets up an alternate signal stack and does not look whether there is one. */
#define _GNU_SOURCE
#define SAMPLE replaces_altstack
#define ID "replaces-altstack"
#define START start_badly
#include "coexist_runtime.h"
static int start_badly(const coexist_host *host);
#include "skeleton.h"
#include <signal.h>

static int start_badly(const coexist_host *host)
{
    static char memory[65536];
    stack_t stack = {.ss_sp = memory, .ss_size = sizeof memory};
    sigaltstack(&stack, NULL);
    return sample_start(host);
}
