/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Takes the profiling timer for its own. */
#define _GNU_SOURCE
#define SAMPLE stops_profiling
#define ID "stops-profiling"
#define START start_badly
#include "coexist_runtime.h"
static int start_badly(const coexist_host *host);
#include "skeleton.h"
#include <sys/time.h>

static int start_badly(const coexist_host *host)
{
    struct itimerval off = {0};
    setitimer(ITIMER_PROF, &off, NULL);
    return sample_start(host);
}
