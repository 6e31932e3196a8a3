/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The control: nothing is wrong with it, so nothing may be found. */
#define SAMPLE clean
#define ID "clean"
#include "skeleton.h"
