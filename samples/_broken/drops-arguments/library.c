/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* In dual.c, it forgets as a program what it was asked. */
#define SAMPLE drops_arguments
#define ID "drops-arguments"
#include "early.h"
#include "skeleton.h"

EARLY_ENTRIES
