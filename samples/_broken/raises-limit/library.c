/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Raises the limit of open files. */
#define SAMPLE raises_limit
#define ID "raises-limit"
#define START raise_limit
#include "coexist_runtime.h"
static int raise_limit(const coexist_host *host);
#include "skeleton.h"
#include <sys/resource.h>

static int raise_limit(const coexist_host *host)
{
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    return sample_start(host);
}
