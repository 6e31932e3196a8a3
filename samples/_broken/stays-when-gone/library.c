/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Asks the dynamic linker never to be unloaded (-z nodelete). */
#define SAMPLE stays_when_gone
#define ID "stays-when-gone"
#include "coexist_runtime.h"

#include "skeleton.h"
