/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Prints into a buffer of its own that stop writes: a host that exits without it loses the lines. */
#define SAMPLE loses_output
#define ID "loses-output"
#define CALLBACK print_into_buffer
#define STOP write_buffer
#include "coexist_runtime.h"
static void print_into_buffer(void);
static int write_buffer(void);
#include "skeleton.h"
#include <string.h>
#include <unistd.h>

static char buffer[4096];
static size_t used;

static int write_buffer(void)
{
    ssize_t written = write(STDOUT_FILENO, buffer, used);
    used = 0;
    return written < 0;
}

static void print_into_buffer(void)
{
    static const char line[] = TITLE " callback!\n";
    if (used + sizeof line > sizeof buffer)
        write_buffer();
    memcpy(buffer + used, line, sizeof line - 1);
    used += sizeof line - 1;
    emit_event();
}
