/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* A second start sets its state back. */
#define SAMPLE second_start
#define ID "second-start"
#define START begin
#define STATE count
#include "coexist_runtime.h"
static int begin(const coexist_host *host);
static int64_t count(void);
#include "skeleton.h"

static int64_t counter;

static int begin(const coexist_host *host)
{
    counter = 0;
    return sample_start(host);
}

static int64_t count(void)
{
    return ++counter;
}
