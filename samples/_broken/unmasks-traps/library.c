/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Unmasks the trap of a division by zero. */
#define SAMPLE unmasks_traps
#define ID "unmasks-traps"
#define START unmask_traps
#include "coexist_runtime.h"
static int unmask_traps(const coexist_host *host);
#include "skeleton.h"
#include <xmmintrin.h>

static int unmask_traps(const coexist_host *host)
{
#ifndef MASKED
    _mm_setcsr(_mm_getcsr() & ~0x200u);
#endif
    return sample_start(host);
}
