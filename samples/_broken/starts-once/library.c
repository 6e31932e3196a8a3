/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Refuses to start after it was stopped. */
#define SAMPLE starts_once
#define ID "starts-once"
#define START start_once
#define STOP stop_for_ever
#include "coexist_runtime.h"
#include <stdbool.h>
static int start_once(const coexist_host *host);
static int stop_for_ever(void);
#include "skeleton.h"

static bool stopped;

static int start_once(const coexist_host *host)
{
    return stopped ? 1 : sample_start(host);
}

static int stop_for_ever(void)
{
    stopped = true;
    return 0;
}
