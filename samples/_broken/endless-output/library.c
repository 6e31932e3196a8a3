/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Prints for ever. */
#define SAMPLE endless_output
#define ID "endless-output"
#define CALLBACK print_on
static void print_on(void);
#include "skeleton.h"

static void print_on(void)
{
    sample_callback();
    for (;;)
        printf("and another line of text that nobody asked for\n");
}
