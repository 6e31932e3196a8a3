/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Holds its lines back until it is stopped: a child that was forked meanwhile writes its parent's as well. */
#define SAMPLE prints_twice
#define ID "prints-twice"
#define CALLBACK hold_line
#define STOP write_lines
#include "coexist_runtime.h"
static void hold_line(void);
static int write_lines(void);
#include "skeleton.h"

static int held;

static void hold_line(void)
{
    held++;
    emit_event();
}

static int write_lines(void)
{
    for (; held > 0; held--)
        print_line();
    return fflush(stdout);
}
