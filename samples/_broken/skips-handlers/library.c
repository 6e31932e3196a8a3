/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Ends the process in its own handler of exit: those that were registered before do not run. */
#define SAMPLE skips_handlers
#define ID "skips-handlers"
#define START begin
#include "coexist_runtime.h"
static int begin(const coexist_host *host);
#include "skeleton.h"
#include <unistd.h>

static void leave(void)
{
    _exit(0);
}

static int begin(const coexist_host *host)
{
    return atexit(leave) != 0 || sample_start(host) != 0;
}
