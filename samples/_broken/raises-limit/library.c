/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Raises the limit of open files, so that select() of the host may get descriptors that it cannot have. */
#define SAMPLE raises_limit
#define ID "raises-limit"
#define START change_it
#include "coexist_runtime.h"
static int change_it(const coexist_host *host);
#include "skeleton.h"
#include <sys/resource.h>

static int change_it(const coexist_host *host)
{
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    return sample_start(host);
}
