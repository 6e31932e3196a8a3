/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Calls itself otherwise than its manifest does. */
#define SAMPLE wrong_title
#define ID "wrong-title"
#define TITLE "Example"
#include "skeleton.h"
