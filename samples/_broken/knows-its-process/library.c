/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Notes the process that loads it and starts in no other: not in a child that was forked in between. */
#define SAMPLE knows_its_process
#define ID "knows-its-process"
#define START start_here
#include "coexist_runtime.h"
static int start_here(const coexist_host *host);
#include "skeleton.h"
#include <unistd.h>

static pid_t own;

__attribute__((constructor)) static void note_process(void)
{
    own = getpid();
}

static int start_here(const coexist_host *host)
{
    return getpid() == own ? sample_start(host) : 1;
}
