/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Writes to stderr without end. */
#define SAMPLE endless_errors
#define ID "endless-errors"
#define CALLBACK complain
#include "coexist_runtime.h"
static void complain(void);
#include "skeleton.h"

static void complain(void)
{
    for (;;)
        fprintf(stderr, "still here\n");
}
