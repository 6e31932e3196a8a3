/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Complains on stdout beside printing its line. */
#define SAMPLE foreign_line
#define ID "foreign-line"
#define CALLBACK complain_and_print
static void complain_and_print(void);
#include "skeleton.h"

static void complain_and_print(void)
{
    printf("[warning] stray signal\n");
    sample_callback();
}
