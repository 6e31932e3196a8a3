/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Ignores a signal: so does every program that is run from here. */
#define SAMPLE ignores_sighup
#define ID "ignores-sighup"
#define START ignore_hangup
#include "coexist_runtime.h"
static int ignore_hangup(const coexist_host *host);
#include "skeleton.h"
#include <signal.h>

static int ignore_hangup(const coexist_host *host)
{
    return signal(SIGHUP, SIG_IGN) == SIG_ERR || sample_start(host) != 0;
}
