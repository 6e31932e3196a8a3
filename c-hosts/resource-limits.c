/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* No resource limit of the process is raised or lowered. The host starts with as few open files as a shell allows, so that
 * there is something to raise. */
//! runtimes: 1
//! needs: churn
//! deadline: 5s
#include "coexist.h"
#include <sys/resource.h>

enum { FILES = 1024 };

static const char *const names[RLIM_NLIMITS] = {
    [RLIMIT_CPU] = "CPU",           [RLIMIT_FSIZE] = "FSIZE",
    [RLIMIT_DATA] = "DATA",         [RLIMIT_STACK] = "STACK",
    [RLIMIT_CORE] = "CORE",         [RLIMIT_RSS] = "RSS",
    [RLIMIT_NPROC] = "NPROC",       [RLIMIT_NOFILE] = "NOFILE",
    [RLIMIT_MEMLOCK] = "MEMLOCK",   [RLIMIT_AS] = "AS",
    [RLIMIT_LOCKS] = "LOCKS",       [RLIMIT_SIGPENDING] = "SIGPENDING",
    [RLIMIT_MSGQUEUE] = "MSGQUEUE", [RLIMIT_NICE] = "NICE",
    [RLIMIT_RTPRIO] = "RTPRIO",     [RLIMIT_RTTIME] = "RTTIME",
};

static struct rlimit before[RLIM_NLIMITS];

static void check_limits(void)
{
    for (int i = 0; i < RLIM_NLIMITS; i++) {
        struct rlimit now;
        REQUIRE(getrlimit((__rlimit_resource_t)i, &now) == 0);
        rlim_t was = before[i].rlim_cur;
        verify(now.rlim_cur <= was, "no limit is raised", __LINE__);
        verify(now.rlim_cur >= was, "no limit is lowered", __LINE__);
        verify(now.rlim_max == before[i].rlim_max, "no hard limit is changed", __LINE__);
        if (now.rlim_cur != was || now.rlim_max != before[i].rlim_max)
            detail("RLIMIT_%s %lld of %lld, was %lld of %lld; ", names[i], (long long)now.rlim_cur,
                   (long long)now.rlim_max, (long long)was, (long long)before[i].rlim_max);
    }
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    struct rlimit files;
    REQUIRE(getrlimit(RLIMIT_NOFILE, &files) == 0);
    if (files.rlim_cur > FILES)
        files.rlim_cur = FILES;
    REQUIRE(setrlimit(RLIMIT_NOFILE, &files) == 0);
    for (int i = 0; i < RLIM_NLIMITS; i++)
        REQUIRE(getrlimit((__rlimit_resource_t)i, &before[i]) == 0);
    xlife(check_limits);
    return host_end(0);
}
