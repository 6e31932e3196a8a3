/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Says that it is another sample. */
#define SAMPLE wrong_id
#define ID "c"
#include "skeleton.h"
