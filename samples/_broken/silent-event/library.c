/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Emits the event and prints nothing. */
#define SAMPLE silent_event
#define ID "silent-event"
#define CALLBACK only_emit
static void only_emit(void);
#include "skeleton.h"

static void only_emit(void)
{
    emit_event();
}
