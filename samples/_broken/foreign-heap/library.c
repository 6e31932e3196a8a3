/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Its manifest says that the heap is its own; its blocks are malloc's, and lie among those of a second copy. */
#define SAMPLE foreign_heap
#define ID "foreign-heap"
#include "skeleton.h"
