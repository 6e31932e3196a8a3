/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Overwrites the header of the trace: the number of its records too. */
#define SAMPLE scribble_header
#define ID "scribble-header"
#define CALLBACK scribble
static void scribble(void);
#include "skeleton.h"
#include "trace_memory.h"

static void scribble(void)
{
    sample_callback();
    struct wire_header *header = find_trace_memory();
    if (header != NULL)
        memset(header, 0xa5, sizeof *header);
}
