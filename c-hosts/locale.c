/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The host's locale stays as the host has it, the decimal point as well. In the mode `set` the host has chosen one before,
 * which is not the one that a C program starts with. */
//! runtimes: 1
//! needs: churn
//! modes: plain set
//! deadline: 5s
#include "coexist.h"
#include <locale.h>
#include <stdio.h>
#include <string.h>

static char before[512];

static void check_locale(void)
{
    const char *now = setlocale(LC_ALL, NULL);
    bool same = strcmp(now, before) == 0;
    verify(same, "the locale is the host's", __LINE__);
    if (!same)
        detail("%s, was %s", now, before);
    verify(strcmp(localeconv()->decimal_point, ".") == 0, "the decimal point is a point", __LINE__);
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    if (host_is_mode("set"))
        REQUIRE(setlocale(LC_ALL, "C.UTF-8") != NULL);
    snprintf(before, sizeof before, "%s", setlocale(LC_ALL, NULL));
    xlife(check_locale);
    return host_end(0);
}
