/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Exports what should be its own: where libraries are loaded for all to see, a second copy counts in the first one's. */
#define SAMPLE exports_state
#define ID "exports-state"
#define STATE count_for_all
#include "coexist_runtime.h"
static int64_t count_for_all(void);
#include "skeleton.h"

extern int64_t coexist_counter;
__attribute__((visibility("default"))) int64_t coexist_counter;

static int64_t count_for_all(void)
{
    return __atomic_add_fetch(&coexist_counter, 1, __ATOMIC_RELAXED);
}
