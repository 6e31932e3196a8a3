/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Is linked with an executable stack, so that the loader makes all stacks of the process executable. */
#define SAMPLE executable_stack
#define ID "executable-stack"
#include "skeleton.h"
