/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Where the process may have 4 GiB of address space, as ulimit -v has it, the library comes up and works. */
//! runtimes: 1
//! needs: churn
//! deadline: 5s
#include "coexist.h"
#include <sys/resource.h>

static void nothing(void)
{
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    const struct rlimit four_gib = {.rlim_cur = (rlim_t)4 << 30, .rlim_max = RLIM_INFINITY};
    REQUIRE(setrlimit(RLIMIT_AS, &four_gib) == 0);
    xlife(nothing);
    return host_end(0);
}
