/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* How long a child of a trial may take. Its time does not go on while it waits for a processor, as on a loaded machine it would
 * be said to hang; and a child in which nothing at all happens needs not be waited for to the end. */
#define _GNU_SOURCE
#include "support.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { MILLISECOND = 1000000 };
static const int64_t LOOK_EVERY = 20 * MILLISECOND;
static const int64_t TO_BEGIN = INT64_C(6000) * MILLISECOND;
static const int64_t TO_END = INT64_C(2500) * MILLISECOND;
static const int64_t STILL = INT64_C(800) * MILLISECOND;
enum { LONGEST = 5 };

/* Sums over all threads of a process. */
struct life {
    int64_t ran;    /* ns on a processor */
    int64_t waited; /* ns that the thread which waited most for one has waited */
    bool busy;      /* a thread runs, wants to, or waits for a disk */
};

static size_t read_text(int folder, const char *name, char *text, size_t size)
{
    int file = openat(folder, name, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return 0;
    ssize_t count = read(file, text, size - 1);
    close(file);
    text[count > 0 ? count : 0] = '\0';
    return count > 0 ? (size_t)count : 0;
}

static void add_thread(struct life *life, int tasks, const char *tid)
{
    char name[64];
    char text[512];
    snprintf(name, sizeof name, "%.20s/schedstat", tid);
    if (read_text(tasks, name, text, sizeof text) > 0) {
        char *rest = text;
        life->ran += strtoll(rest, &rest, 10);
        int64_t waited = strtoll(rest, &rest, 10);
        if (waited > life->waited)
            life->waited = waited;
    }
    snprintf(name, sizeof name, "%.20s/stat", tid);
    if (read_text(tasks, name, text, sizeof text) > 0) {
        const char *end = strrchr(text, ')');
        if (end != NULL && (end[2] == 'R' || end[2] == 'D'))
            life->busy = true;
    }
}

static struct life life_of(pid_t process)
{
    struct life life = {0};
    char path[48];
    snprintf(path, sizeof path, "/proc/%d/task", (int)process);
    int tasks = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (tasks < 0)
        return life;
    _Alignas(struct dirent64) char buffer[4096];
    for (long size; (size = syscall(SYS_getdents64, tasks, buffer, sizeof buffer)) > 0;) {
        for (long at = 0; at < size;) {
            const struct dirent64 *entry = (const struct dirent64 *)(buffer + at);
            if (entry->d_name[0] != '.')
                add_thread(&life, tasks, entry->d_name);
            at += entry->d_reclen;
        }
    }
    close(tasks);
    return life;
}

static int64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

bool patience_for(pid_t child, const atomic_int *begun)
{
    int fd = (int)syscall(SYS_pidfd_open, child, 0);
    require(fd >= 0, "pidfd_open", 0);
    int64_t since = now();
    int64_t waited_before = 0;
    int64_t limit = TO_BEGIN;
    int seen = 0;
    int64_t still_since = since;
    int64_t ran = -1;
    bool ended = false;
    for (;;) {
        struct pollfd end = {.fd = fd, .events = POLLIN};
        if (poll(&end, 1, (int)(LOOK_EVERY / MILLISECOND)) == 1) {
            ended = true;
            break;
        }
        struct life life = life_of(child);
        int64_t time = now();
        if (life.busy || life.ran != ran)
            still_since = time;
        ran = life.ran;
        if (atomic_load(begun) != seen) {
            seen = atomic_load(begun);
            limit = TO_END;
            since = time;
            waited_before = life.waited;
        }
        int64_t waited = life.waited > waited_before ? life.waited - waited_before : 0;
        if (waited > (LONGEST - 1) * limit)
            waited = (LONGEST - 1) * limit;
        if (time - since > limit + waited || time - still_since > STILL)
            break;
    }
    close(fd);
    return ended;
}
