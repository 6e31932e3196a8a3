/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Waits in the callback for what nobody sends. */
#define SAMPLE hang_in_callback
#define ID "hang-in-callback"
#define CALLBACK wait_for_nobody
static void wait_for_nobody(void);
#include "skeleton.h"
#include <unistd.h>

static __attribute__((noinline)) void wait_for_nobody(void)
{
    for (;;)
        pause();
}
