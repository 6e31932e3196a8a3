/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* A constructor as -ffast-math links it: denormals become zero in the host's thread. */
#define SAMPLE flushes_denormals
#define ID "flushes-denormals"
#include "skeleton.h"
#include <xmmintrin.h>

__attribute__((constructor)) static void flush_denormals(void)
{
    _mm_setcsr(_mm_getcsr() | 0x8040);
}
