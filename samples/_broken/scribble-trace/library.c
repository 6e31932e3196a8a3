/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Overwrites the first records of the trace, and goes on as if nothing had happened. */
#define SAMPLE scribble_trace
#define ID "scribble-trace"
#define CALLBACK scribble
static void scribble(void);
#include "skeleton.h"
#include "trace_memory.h"

static void scribble(void)
{
    sample_callback();
    struct wire_header *header = find_trace_memory();
    if (header != NULL)
        memset((char *)header + WIRE_HEADER_SIZE, 0xa5, 4 * WIRE_RECORD_SIZE);
}
