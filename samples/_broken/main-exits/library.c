/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* In eager.c, its main ends the process. */
#define SAMPLE main_exits
#define ID "main-exits"
#include "early.h"
#include "skeleton.h"

EARLY_ENTRIES
