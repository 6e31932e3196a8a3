/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Makes the host's thread nicer. */
#define SAMPLE renices
#define ID "renices"
#define START be_nice
#include "coexist_runtime.h"
static int be_nice(const coexist_host *host);
#include "skeleton.h"
#include <unistd.h>

static int be_nice(const coexist_host *host)
{
    if (nice(1) == -1)
        return 1;
    return sample_start(host);
}
