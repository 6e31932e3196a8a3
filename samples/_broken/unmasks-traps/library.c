/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Unmasks floating-point traps: a division by zero of the host is a signal then. */
#define _GNU_SOURCE
#define SAMPLE unmasks_traps
#define ID "unmasks-traps"
#define START change_it
#include "coexist_runtime.h"
static int change_it(const coexist_host *host);
#include "skeleton.h"
#include <fenv.h>

static int change_it(const coexist_host *host)
{
    feenableexcept(FE_DIVBYZERO | FE_INVALID);
    return sample_start(host);
}
