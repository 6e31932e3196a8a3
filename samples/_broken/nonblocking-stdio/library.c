/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Makes stdout non-blocking, for its event loop. */
#define SAMPLE nonblocking_stdio
#define ID "nonblocking-stdio"
#define START stop_blocking
#include "coexist_runtime.h"
static int stop_blocking(const coexist_host *host);
#include "skeleton.h"
#include <fcntl.h>

static int stop_blocking(const coexist_host *host)
{
    fcntl(1, F_SETFL, fcntl(1, F_GETFL) | O_NONBLOCK);
    return sample_start(host);
}
