/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Aborts in the callback. */
#define SAMPLE abort_in_callback
#define ID "abort-in-callback"
#define CALLBACK give_up
static void give_up(void);
#include "skeleton.h"

static void give_up(void)
{
    abort();
}
