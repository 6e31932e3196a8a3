/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Neither prints nor emits. */
#define SAMPLE mute_callback
#define ID "mute-callback"
#define CALLBACK do_nothing
static void do_nothing(void);
#include "skeleton.h"

static void do_nothing(void)
{

}
