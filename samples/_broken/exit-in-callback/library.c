/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Ends the process with the expected status, after doing all that a callback has to do. */
#define SAMPLE exit_in_callback
#define ID "exit-in-callback"
#define CALLBACK leave
static void leave(void);
#include "skeleton.h"

static void leave(void)
{
    sample_callback();
    exit(0);
}
