/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Lowers the limit of open files. */
#define SAMPLE lowers_limit
#define ID "lowers-limit"
#define START lower_limit
#include "coexist_runtime.h"
static int lower_limit(const coexist_host *host);
#include "skeleton.h"
#include <sys/resource.h>

static int lower_limit(const coexist_host *host)
{
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = 64;
    setrlimit(RLIMIT_NOFILE, &limit);
    return sample_start(host);
}
