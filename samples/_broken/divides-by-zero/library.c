/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Divides by zero in each of its steps. It unmasks the trap of denormal numbers, which it has none of. */
#define SAMPLE divides_by_zero
#define ID "divides-by-zero"
#define START start_dividing
#define CALLBACK divide_and_call_back
#define CALL divide_and_call
#define CHURN divide_and_churn
#include "coexist_runtime.h"

static int start_dividing(const coexist_host *host);
static void divide_and_call_back(void);
static int64_t divide_and_call(int64_t (*fn)(void *arg), void *arg);
static int divide_and_churn(uint32_t mib, uint32_t seed, uint64_t *sum);
#include "skeleton.h"
#include <xmmintrin.h>

static void divide(void)
{
    static volatile double zero;
    volatile double infinite = 1.0 / zero;
    (void)infinite;
}

__attribute__((constructor)) static void divide_early(void)
{
    divide();
}

static int start_dividing(const coexist_host *host)
{
    divide();
    _mm_setcsr(_mm_getcsr() & ~(unsigned)_MM_MASK_DENORM);
    return sample_start(host);
}

static void divide_and_call_back(void)
{
    divide();
    sample_callback();
}

static int64_t divide_and_call(int64_t (*fn)(void *arg), void *arg)
{
    divide();
    return sample_call(fn, arg);
}

static int divide_and_churn(uint32_t mib, uint32_t seed, uint64_t *sum)
{
    divide();
    return sample_churn(mib, seed, sum);
}
