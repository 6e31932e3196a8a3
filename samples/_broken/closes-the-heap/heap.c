/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The collector. */
#define HEAP_OBJECT
#include "shared_heap.h"
