/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Waiting until what goes on in other threads is over. */
#define _GNU_SOURCE
#include "support.h"
#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* The state in /proc/self/task/TID/stat: the letter after the name, which ends with the last ')'. A thread that is gone does
 * not run. */
static bool is_running(int tasks, const char *tid)
{
    char path[32];
    char text[512];
    size_t length = strnlen(tid, sizeof path - sizeof "/stat");
    memcpy(path, tid, length);
    memcpy(path + length, "/stat", sizeof "/stat");
    int file = openat(tasks, path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return false;
    ssize_t count = read(file, text, sizeof text - 1);
    close(file);
    if (count <= 0)
        return false;
    text[count] = '\0';
    const char *end = strrchr(text, ')');
    return end != NULL && (end[2] == 'R' || end[2] == 'D');
}

/* No opendir: it allocates. */
static int count_running(void)
{
    int tasks = open("/proc/self/task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (tasks < 0)
        return 0;
    int running = 0;
    _Alignas(struct dirent64) char buffer[4096];
    long size;
    while ((size = syscall(SYS_getdents64, tasks, buffer, sizeof buffer)) > 0) {
        for (long at = 0; at < size;) {
            const struct dirent64 *entry = (const struct dirent64 *)(buffer + at);
            if (entry->d_name[0] != '.' && is_running(tasks, entry->d_name))
                running++;
            at += entry->d_reclen;
        }
    }
    close(tasks);
    return running;
}

bool settle(int milliseconds)
{
    enum { QUIET = 3 };
    const struct timespec pause = {.tv_nsec = 200000};
    int quiet = 0;
    for (int64_t left = (int64_t)milliseconds * 1000000; left > 0; left -= pause.tv_nsec) {
        /* This thread is running. */
        quiet = count_running() <= 1 ? quiet + 1 : 0;
        if (quiet == QUIET)
            return true;
        nanosleep(&pause, NULL);
    }
    return false;
}
