/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* A managed stack trace taken in a library, which the loader has put anywhere, names the functions that are on the stack. */
//! runtimes: 1
//! needs: backtrace
//! deadline: 5s
#include "coexist.h"
#include <ctype.h>
#include <string.h>

enum { SIZE = 16384, DEPTH = 3 };

/* Lowercase letters and digits only: each language spells names in its own way. */
static void plain(char *text)
{
    char *to = text;
    for (const char *from = text; *from != '\0'; from++)
        if (isalnum((unsigned char)*from))
            *to++ = (char)tolower((unsigned char)*from);
    *to = '\0';
}

static void check_names(const struct library *lib)
{
    static const char *const names[DEPTH] = {"coexistdepth1", "coexistdepth2", "coexistdepth3"};
    static char text[SIZE];
    step("backtrace", lib);
    size_t length = lib->table->backtrace(text, sizeof text);
    REQUIRE(length < sizeof text && text[length] == '\0');
    char begin[160];
    size_t shown = length < sizeof begin - 1 ? length : sizeof begin - 1;
    memcpy(begin, text, shown);
    begin[shown] = '\0';
    plain(text);
    for (int i = 0; i < DEPTH; i++) {
        bool named = strstr(text, names[i]) != NULL;
        verify(named, "the stack trace names the function", __LINE__);
        if (!named)
            detail("%s is not in: %s", names[i], begin);
    }
    done("backtrace", lib, 0);
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    struct library *lib = xload(0);
    REQUIRE(lib->table->backtrace != NULL);
    xstart(lib);
    check_names(lib);
    check_names(lib);
    xstop(lib);
    return host_end(0);
}
