/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The runtime: it counts. */
#include "runtime.h"

int64_t runtime_count(void)
{
    static int64_t counter;
    return __atomic_add_fetch(&counter, 1, __ATOMIC_RELAXED);
}
