/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Prints the line twice. */
#define SAMPLE doubled_line
#define ID "doubled-line"
#define CALLBACK print_twice
static void print_twice(void);
#include "skeleton.h"

static void print_twice(void)
{
    print_line();
    sample_callback();
}
