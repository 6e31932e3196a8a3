/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Its unloading takes down what a second copy needs. */
#define SAMPLE unloads_others
#define ID "unloads-others"
#define STATE count_while_there
#include "coexist_runtime.h"
static int64_t count_while_there(void);
#include "skeleton.h"

static const char gone[] = "COEXIST_SAMPLE_IS_GONE";

__attribute__((destructor)) static void go(void)
{
    setenv(gone, "1", 1);
}

static int64_t count_while_there(void)
{
    return getenv(gone) == NULL ? sample_state() : -1;
}
