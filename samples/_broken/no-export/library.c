/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Has everything but the exported function. */
#define SAMPLE no_export
#define ID "no-export"
#define NO_EXPORT
#include "skeleton.h"
