/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Copies of one library, each a file of its own, are loaded into one process until the loader or the runtime refuses another
 * one, and at most thirty-two; all of them answer, and those that came before still do. */
//! runtimes: 1
//! deadline: 60s
#define _GNU_SOURCE
#include "coexist.h"
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST = 32, PATH = 4096 };

static void copy_file(const char *from, const char *to)
{
    int in = open(from, O_RDONLY | O_CLOEXEC);
    int out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
    struct stat facts;
    REQUIRE(in >= 0 && out >= 0 && fstat(in, &facts) == 0);
    for (off_t left = facts.st_size; left > 0;) {
        ssize_t n = copy_file_range(in, NULL, out, NULL, (size_t)left, 0);
        REQUIRE(n > 0);
        left -= n;
    }
    close(in);
    close(out);
}

/* Every shared object of the library's folder goes along: $ORIGIN may name it. */
static void copy_folder(const char *path, int number, char copied[static PATH])
{
    const char *name = strrchr(path, '/') + 1;
    char folder[PATH];
    snprintf(folder, sizeof folder, "%.*s", (int)(name - path), path);
    char own[32];
    snprintf(own, sizeof own, "copy-%d", number);
    REQUIRE(mkdir(own, 0755) == 0);
    DIR *entries = opendir(folder);
    REQUIRE(entries != NULL);
    for (struct dirent *entry; (entry = readdir(entries)) != NULL;) {
        size_t length = strlen(entry->d_name);
        if (length < 3 || strcmp(entry->d_name + length - 3, ".so") != 0)
            continue;
        char from[PATH], to[PATH];
        REQUIRE(snprintf(from, sizeof from, "%s%s", folder, entry->d_name) < PATH);
        REQUIRE(snprintf(to, sizeof to, "./%s/%s", own, entry->d_name) < PATH);
        copy_file(from, to);
    }
    closedir(entries);
    REQUIRE(snprintf(copied, PATH, "./%s/%s", own, name) < PATH);
}

/* Whether one more copy is up. */
static bool bring_up(const struct library *first, int number, struct library **copy)
{
    static char paths[MOST][PATH];
    copy_folder(first->path, number, paths[number]);
    const char *error;
    *copy = load_copy(first, paths[number], &error);
    if (*copy == NULL) {
        note(strstr(error, "static TLS") ? "no static TLS is left" : "the loader refuses");
        fact("loader", error);
        return false;
    }
    step("start", *copy);
    int result = (*copy)->table->start(&(*copy)->host);
    done("start", *copy, result);
    if (result != 0)
        note("the runtime refuses to start once more");
    return result == 0;
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    struct library *libraries[MOST];
    libraries[0] = xload(0);
    xstart(libraries[0]);
    int count = 1;
    while (count < MOST && bring_up(libraries[0], count, &libraries[count]))
        count++;
    value("copies", count);
    for (int i = 0; i < count; i++)
        xcallback(libraries[i]);
    xcallback(libraries[0]);
    for (int i = count - 1; i >= 0; i--)
        xstop(libraries[i]);
    return host_end(0);
}
