/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Emits the event twice. */
#define SAMPLE doubled_event
#define ID "doubled-event"
#define CALLBACK emit_twice
static void emit_twice(void);
#include "skeleton.h"

static void emit_twice(void)
{
    sample_callback();
    emit_event();
}
