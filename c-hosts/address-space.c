/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The process reserves at most 64 GiB of address space: a page table and a limit of ulimit -v are shared by all that is in it. */
//! runtimes: 1
//! needs: churn
//! deadline: 5s
#include "coexist.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { BUDGET = 64 /* GiB */, PAGE = 4096, MIB = 1 << 20 };

static long reserved(void)
{
    char text[64] = "";
    int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    REQUIRE(fd >= 0 && read(fd, text, sizeof text - 1) > 0);
    close(fd);
    return strtol(text, NULL, 10) * PAGE / MIB;
}

static void check_reserved(void)
{
    long now = reserved();
    verify(now <= BUDGET * 1024L, "at most 64 GiB are reserved", __LINE__);
    if (now > BUDGET * 1024L)
        detail("%ld MiB; ", now);
    char text[32];
    snprintf(text, sizeof text, "%ld", now);
    fact("reserved_mib", text);
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    xlife(check_reserved);
    return host_end(0);
}
