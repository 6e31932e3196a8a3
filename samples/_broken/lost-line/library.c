/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Prints into a buffer of its own, as many languages do, that nobody flushes at the end. */
#define SAMPLE lost_line
#define ID "lost-line"
#define CALLBACK print_into_buffer
static void print_into_buffer(void);
#include "skeleton.h"
#include <string.h>
#include <unistd.h>

static char buffer[8192];
static size_t used;

static void flush_buffer(void)
{
    if (write(STDOUT_FILENO, buffer, used) < 0)
        abort();
    used = 0;
}

static void print_into_buffer(void)
{
    static const char line[] = TITLE " callback!\n";
    if (used + sizeof line > sizeof buffer)
        flush_buffer();
    memcpy(buffer + used, line, sizeof line - 1);
    used += sizeof line - 1;
    emit_event();
}
