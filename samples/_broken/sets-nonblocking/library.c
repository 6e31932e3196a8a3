/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Makes stdin non-blocking: reads of the host then fail with EAGAIN. */
#define SAMPLE sets_nonblocking
#define ID "sets-nonblocking"
#define START change_it
#include "coexist_runtime.h"
static int change_it(const coexist_host *host);
#include "skeleton.h"
#include <fcntl.h>

static int change_it(const coexist_host *host)
{
    fcntl(0, F_SETFL, fcntl(0, F_GETFL) | O_NONBLOCK);
    return sample_start(host);
}
