/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Leaves a timer running after stop. */
#define SAMPLE leaves_timer
#define ID "leaves-timer"
#define START begin
#include "coexist_runtime.h"
static int begin(const coexist_host *host);
#include "skeleton.h"
#include <signal.h>

static int begin(const coexist_host *host)
{
    struct sigevent nothing = {.sigev_notify = SIGEV_NONE};
    struct itimerspec hourly = {.it_value = {.tv_sec = 3600}};
    timer_t timer;
    if (timer_create(CLOCK_MONOTONIC, &nothing, &timer) != 0 ||
        timer_settime(timer, 0, &hourly, NULL) != 0)
        return 1;
    return sample_start(host);
}
