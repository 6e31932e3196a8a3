/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Each call leaves a kilobyte behind. */
#define SAMPLE leaks_memory
#define ID "leaks-memory"
#define CALL leak
#include "coexist_runtime.h"
static int64_t leak(coexist_fn fn, void *arg);
#include "skeleton.h"

static int64_t leak(coexist_fn fn, void *arg)
{
    enum { BYTES = 1024 };
    void *volatile lost = malloc(BYTES);
    (void)lost;
    return sample_call(fn, arg);
}
