/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Lacks an entry that every library must have. */
#define SAMPLE missing_entry
#define ID "missing-entry"
#define CALLBACK NULL
#include "skeleton.h"
