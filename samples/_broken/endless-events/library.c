/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Emits events for ever. */
#define SAMPLE endless_events
#define ID "endless-events"
#define CALLBACK emit_on
static void emit_on(void);
#include "skeleton.h"

static void emit_on(void)
{
    sample_callback();
    for (;;)
        the_host->emit(the_host, "again", 0);
}
