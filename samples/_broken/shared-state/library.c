/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Keeps its state where a second copy finds it: in the environment. */
#define SAMPLE shared_state
#define ID "shared-state"
#define STATE count_together
#include "coexist_runtime.h"
static int64_t count_together(void);
#include "skeleton.h"

static int64_t count_together(void)
{
    static const char name[] = "COEXIST_SHARED_STATE";
    const char *before = getenv(name);
    long count = (before == NULL ? 0 : strtol(before, NULL, 10)) + 1;
    char after[24];
    snprintf(after, sizeof after, "%ld", count);
    setenv(name, after, 1);
    return count;
}
