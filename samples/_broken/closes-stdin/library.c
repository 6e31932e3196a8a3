/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Closes descriptor 0, which it takes for its own. */
#define SAMPLE closes_stdin
#define ID "closes-stdin"
#define START close_stdin
#include "coexist_runtime.h"
static int close_stdin(const coexist_host *host);
#include "skeleton.h"
#include <unistd.h>

static int close_stdin(const coexist_host *host)
{
    close(0);
    return sample_start(host);
}
