/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The process stays in the folder in which it was. */
//! runtimes: 1
//! needs: churn
//! deadline: 5s
#include "coexist.h"
#include <limits.h>
#include <string.h>
#include <unistd.h>

static char before[PATH_MAX];

static void check_folder(void)
{
    char now[PATH_MAX];
    REQUIRE(getcwd(now, sizeof now) != NULL);
    bool same = strcmp(now, before) == 0;
    verify(same, "the working folder is the same", __LINE__);
    if (!same)
        detail("%s, was %s", now, before);
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    REQUIRE(getcwd(before, sizeof before) != NULL);
    xlife(check_folder);
    return host_end(0);
}
