/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Two copies have one runtime behind them, which the first stop takes down for both. */
#define SAMPLE stops_both
#define ID "stops-both"
#define STOP stop_both
#define STATE count_while_up
#include "coexist_runtime.h"
static int stop_both(void);
static int64_t count_while_up(void);
#include "skeleton.h"

static const char down[] = "COEXIST_SAMPLE_IS_DOWN";

static int stop_both(void)
{
    return setenv(down, "1", 1);
}

static int64_t count_while_up(void)
{
    return getenv(down) == NULL ? sample_state() : -1;
}
