/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* No variable of the host's environment is added, changed or removed. */
//! runtimes: 1
//! needs: churn
//! deadline: 5s
#include "coexist.h"
#include <stdlib.h>
#include <string.h>

extern char **environ;

enum { MOST = 256 };

/* Copies: what a library writes into a string would not be seen in the string. */
static char *before[MOST];
static int count;

static bool has_name(const char *variable, const char *name)
{
    size_t length = strcspn(name, "=");
    return strncmp(variable, name, length) == 0 && variable[length] == '=';
}

static const char *find(char *const *variables, const char *name)
{
    for (; *variables != NULL; variables++)
        if (has_name(*variables, name))
            return *variables;
    return NULL;
}

static void check_environment(void)
{

    for (char **each = environ; each != NULL && *each != NULL; each++) {
        const char *was = find(before, *each);
        verify(was != NULL, "no variable is added", __LINE__);
        if (was == NULL)
            detail("%s; ", *each);
        verify(was == NULL || strcmp(was, *each) == 0, "no variable is changed", __LINE__);
        if (was != NULL && strcmp(was, *each) != 0)
            detail("%s, was %s; ", *each, was);
    }
    for (char **each = before; *each != NULL; each++) {
        bool there = environ != NULL && find(environ, *each) != NULL;
        verify(there, "no variable is removed", __LINE__);
        if (!there)
            detail("%s; ", *each);
    }
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    REQUIRE(setenv("COEXIST_HOST", "1", 1) == 0);
    for (char **each = environ; *each != NULL; each++) {
        REQUIRE(count < MOST - 1);
        before[count++] = strdup(*each);
    }
    xlife(check_environment);
    return host_end(0);
}
