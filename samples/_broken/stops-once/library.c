/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Crashes in a second stop: what it lets go is no longer there. */
#define SAMPLE stops_once
#define ID "stops-once"
#define START hold
#define STOP let_go
#include "coexist_runtime.h"
static int hold(const coexist_host *host);
static int let_go(void);
#include "skeleton.h"

static int64_t *volatile held;

static int hold(const coexist_host *host)
{
    static int64_t something;
    held = &something;
    return sample_start(host);
}

static int let_go(void)
{
    *held = 0;
    held = NULL;
    return 0;
}
