/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The host's three interval timers go on as the host set them. */
//! runtimes: 1
//! needs: churn
//! deadline: 5s
#include "coexist.h"
#include <sys/time.h>

enum { HOUR = 3600 };

static const struct {
    __itimer_which_t which;
    const char *name;
} timers[] = {
    {ITIMER_REAL, "ITIMER_REAL"},
    {ITIMER_VIRTUAL, "ITIMER_VIRTUAL"},
    {ITIMER_PROF, "ITIMER_PROF"},
};

enum { TIMERS = sizeof timers / sizeof *timers };

static void check_timers(void)
{
    for (int i = 0; i < TIMERS; i++) {
        struct itimerval now;
        REQUIRE(getitimer(timers[i].which, &now) == 0);
        bool same = now.it_interval.tv_sec == HOUR && now.it_value.tv_sec > HOUR / 2;
        verify(same, "the host's interval timer goes on", __LINE__);
        if (!same)
            detail("%s fires in %ld s, and then every %ld s", timers[i].name,
                   (long)now.it_value.tv_sec, (long)now.it_interval.tv_sec);
    }
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    const struct itimerval hourly = {.it_interval.tv_sec = HOUR, .it_value.tv_sec = HOUR};
    for (int i = 0; i < TIMERS; i++)
        REQUIRE(setitimer(timers[i].which, &hourly, NULL) == 0);
    xlife(check_timers);
    return host_end(0);
}
