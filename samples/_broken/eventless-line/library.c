/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Prints the line and emits nothing. */
#define SAMPLE eventless_line
#define ID "eventless-line"
#define CALLBACK only_print
static void only_print(void);
#include "skeleton.h"

static void only_print(void)
{
    print_line();
}
