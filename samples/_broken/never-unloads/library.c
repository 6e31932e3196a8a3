/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Stays in the process after dlclose: DF_1_NODELETE. */
#define SAMPLE never_unloads
#define ID "never-unloads"
#include "skeleton.h"
