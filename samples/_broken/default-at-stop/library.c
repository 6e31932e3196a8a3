/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Puts back at its end what it believes to have been there. */
#define _GNU_SOURCE
#define SAMPLE default_at_stop
#define ID "default-at-stop"
#define STOP stop_badly
#include "coexist_runtime.h"
static int stop_badly(void);
#include "skeleton.h"
#include <signal.h>

static int stop_badly(void)
{
    signal(SIGINT, SIG_DFL);
    return sample_stop();
}
