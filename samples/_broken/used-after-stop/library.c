/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Crashes when it is called after stop. */
#define SAMPLE used_after_stop
#define ID "used-after-stop"
#define STOP let_go
#define STATE count
#include "coexist_runtime.h"
static int let_go(void);
static int64_t count(void);
#include "skeleton.h"

static int64_t counter;
static int64_t *volatile held = &counter;

static int let_go(void)
{
    held = NULL;
    return 0;
}

static int64_t count(void)
{
    return ++*held;
}
