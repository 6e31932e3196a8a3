/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* What prctl and personality say of the process stays as it was: huge pages, core dumps, privileges, whose orphans it takes
 * in, the death signal, and the name and the timer slack of the main thread. */
//! runtimes: 1
//! needs: churn
//! deadline: 5s
#include "coexist.h"
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>

static struct flags {
    int huge_pages, dumpable, no_privileges, subreaper, death_signal, keeps_capabilities, slack;
    int personality;
    char name[16];
} before;

static struct flags flags_now(void)
{
    struct flags now = {
        .huge_pages = prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0),
        .dumpable = prctl(PR_GET_DUMPABLE),
        .no_privileges = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0),
        .keeps_capabilities = prctl(PR_GET_KEEPCAPS),
        .slack = prctl(PR_GET_TIMERSLACK),
        .personality = personality(0xffffffff),
    };
    prctl(PR_GET_CHILD_SUBREAPER, &now.subreaper);
    prctl(PR_GET_PDEATHSIG, &now.death_signal);
    prctl(PR_GET_NAME, now.name);
    return now;
}

static void check(int now, int was, const char *text)
{
    verify(now == was, text, __LINE__);
    if (now != was)
        detail("%d, was %d", now, was);
}

static void check_flags(void)
{
    struct flags now = flags_now();
    check(now.huge_pages, before.huge_pages, "transparent huge pages are as before");
    check(now.dumpable, before.dumpable, "the process can be dumped and traced as before");
    check(now.no_privileges, before.no_privileges, "programs can gain privileges as before");
    check(now.subreaper, before.subreaper, "the process takes in orphans as before");
    check(now.death_signal, before.death_signal, "the death signal is the host's");
    check(now.keeps_capabilities, before.keeps_capabilities, "capabilities are kept as before");
    check(now.slack, before.slack, "the timer slack is the host's");
    check(now.personality, before.personality, "the personality is the same");
    bool same = strcmp(now.name, before.name) == 0;
    verify(same, "the main thread has its name", __LINE__);
    if (!same)
        detail("%s, was %s", now.name, before.name);
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    REQUIRE(prctl(PR_SET_NAME, "the host") == 0);
    before = flags_now();
    xlife(check_flags);
    return host_end(0);
}
