/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Ends its lines with CR LF where stdout is a terminal. */
#define SAMPLE terminal_crlf
#define ID "terminal-crlf"
#define CALLBACK print_for_terminal
#include "coexist_runtime.h"
static void print_for_terminal(void);
#include "skeleton.h"
#include <unistd.h>

static void print_for_terminal(void)
{
    printf(TITLE " callback!%s", isatty(STDOUT_FILENO) ? "\r\n" : "\n");
    emit_event();
}
