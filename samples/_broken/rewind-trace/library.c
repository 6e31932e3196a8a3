/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Sets the trace back to its beginning: what the host writes then is well-formed, but not all. */
#define SAMPLE rewind_trace
#define ID "rewind-trace"
#define CALLBACK scribble
static void scribble(void);
#include "skeleton.h"
#include "trace_memory.h"

static void scribble(void)
{
    sample_callback();
    struct wire_header *header = find_trace_memory();
    if (header != NULL)
        __atomic_store_n(&header->head, 0, __ATOMIC_RELAXED);
}
