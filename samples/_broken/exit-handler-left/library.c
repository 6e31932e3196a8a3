/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Registers a handler of exit that dlclose does not know, and that is gone when exit calls it. */
#define SAMPLE exit_handler_left
#define ID "exit-handler-left"
#define START begin
#include "coexist_runtime.h"
static int begin(const coexist_host *host);
#include "skeleton.h"

static void at_exit(int status, void *arg)
{
    (void)status;
    (void)arg;
}

static int begin(const coexist_host *host)
{
    return on_exit(at_exit, NULL) != 0 || sample_start(host) != 0;
}
