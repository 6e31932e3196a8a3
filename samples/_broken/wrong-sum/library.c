/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Has lost one word of a living block. */
#define SAMPLE wrong_sum
#define ID "wrong-sum"
#define CHURN churn_wrong
#include "coexist_runtime.h"
static int churn_wrong(uint32_t mib, uint32_t seed, uint64_t *sum);
#include "skeleton.h"

static int churn_wrong(uint32_t mib, uint32_t seed, uint64_t *sum)
{
    int result = sample_churn(mib, seed, sum);
    *sum -= seed;
    return result;
}
