/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* No stack of the process is executable: neither main's nor that of a new thread. */
//! runtimes: 1
//! needs: churn
//! deadline: 5s
#include "coexist.h"
#include <stdio.h>

/* The permissions of the mapping that an address lies in. */
static void permissions(const void *address, char answer[static 5])
{
    uintptr_t sought = (uintptr_t)address;
    FILE *maps = fopen("/proc/self/maps", "re");
    REQUIRE(maps != NULL);
    char line[4096];
    while (fgets(line, sizeof line, maps) != NULL) {
        unsigned long begin, end;
        if (sscanf(line, "%lx-%lx %4s", &begin, &end, answer) == 3 && sought >= begin &&
            sought < end)
            break;
    }
    fclose(maps);
}

static void check_stack(const char *whose)
{
    char answer[5] = "";
    permissions(&answer, answer);
    bool safe = answer[2] == '-';
    verify(safe, "the stack is not executable", __LINE__);
    if (!safe)
        detail("%s's: %s; ", whose, answer);
}

static void *check_new(void *arg)
{
    check_stack(arg);
    return NULL;
}

static void check_stacks(void)
{
    static char name[] = "a new thread";
    check_stack("main");
    xjoin(xthread(check_new, name));
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    check_stacks();
    xlife(check_stacks);
    return host_end(0);
}
