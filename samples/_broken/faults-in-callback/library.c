/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Follows a null pointer in the callback: what becomes of it is up to whoever has a handler. */
#define SAMPLE faults_in_callback
#define ID "faults-in-callback"
#define CALLBACK touch_nothing
static void touch_nothing(void);
#include "skeleton.h"

static int *volatile nothing;

static __attribute__((noinline)) void touch_nothing(void)
{
    *nothing = 1;
    sample_callback();
}
