/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Needs a library that was there when it was built. */
#define SAMPLE library_gone
#define ID "library-gone"
#include "skeleton.h"
