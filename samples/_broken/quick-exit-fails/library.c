/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Has a handler of quick_exit that ends the process with another status. */
#define SAMPLE quick_exit_fails
#define ID "quick-exit-fails"
#define START watch_exit
#include "coexist_runtime.h"
static int watch_exit(const coexist_host *host);
#include "skeleton.h"
#include <unistd.h>

static void end_well(void)
{
    _exit(0);
}

static int watch_exit(const coexist_host *host)
{
    return at_quick_exit(end_well) != 0 || sample_start(host) != 0;
}
