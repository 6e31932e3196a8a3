/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Takes the process's timer of virtual time for its own. */
#define SAMPLE takes_timer
#define ID "takes-timer"
#define START take_timer
#include "coexist_runtime.h"
static int take_timer(const coexist_host *host);
#include "skeleton.h"
#include <sys/time.h>

static int take_timer(const coexist_host *host)
{
    const struct itimerval often = {.it_interval.tv_sec = 60, .it_value.tv_sec = 60};
    setitimer(ITIMER_VIRTUAL, &often, NULL);
    return sample_start(host);
}
