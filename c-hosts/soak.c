/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Twenty thousand crossings into managed code and back, or in the mode `million` a million, by turns where there are two
 * libraries, and memory stays flat: after the first fifth, in which heaps find their size, less than 8 MiB are added. That
 * would be nine bytes for each of a million crossings. */
//! runtimes: 1
//! needs: call
//! modes: short million
//! also: c+go
//! also: go+c
//! also: go+go
//! also: go+rust
//! also: go+jvm
//! also: jvm+go
//! also: go+python
//! also: python+jvm
//! also: jvm+node
//! also: jvm+mono
//! also: lua+python
//! also: ruby+go
//! also: haskell+go
//! also: ocaml+jvm
//! also: rust+rust
//! also: boehm+d-gdc
//! deadline: 240s
//! parts: callback soak
//! steps: load 1, start 1, load 2, start 2, call 1, call 2, crossings, stop 2, stop 1, exit
#include "coexist.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { SHORT = 20000, MILLION = 1000000, BUDGET = 8192 /* KiB */, PAGE_KIB = 4 };

static int64_t add_one(void *arg)
{
    return ++*(int64_t *)arg;
}

static long resident(void)
{
    char text[64] = "", *rest;
    int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    REQUIRE(fd >= 0 && read(fd, text, sizeof text - 1) > 0);
    close(fd);
    strtol(text, &rest, 10);
    return strtol(rest, NULL, 10) * PAGE_KIB;
}

/* By turns, and without a record for each: the trace would be full. */
static void cross(struct library **libs, int count, int64_t times, int64_t *sum)
{
    for (int64_t i = 0; i < times; i++) {
        int64_t expected = *sum + 1;
        if (libs[i % count]->table->call(add_one, sum) != expected)
            fail("a call returns what the host's function does", __LINE__);
    }
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    int count = host_count();
    struct library *libs[2];
    REQUIRE(count <= 2);
    for (int i = 0; i < count; i++) {
        libs[i] = xload(i);
        REQUIRE(libs[i]->table->call != NULL);
        xstart(libs[i]);
    }
    int64_t times = host_is_mode("million") ? MILLION : SHORT, sum = 0;
    step("crossings", NULL);
    cross(libs, count, times / 5, &sum);
    long before = resident();
    cross(libs, count, times - times / 5, &sum);
    long grown = resident() - before;
    VERIFY(sum == times);
    verify(grown < BUDGET, "memory grows by less than 8 MiB", __LINE__);
    if (grown >= BUDGET)
        detail("%ld KiB", grown);
    char text[32];
    snprintf(text, sizeof text, "%ld", grown);
    fact("grown_kib", text);
    done("crossings", NULL, 0);
    for (int i = count - 1; i >= 0; i--)
        xstop(libs[i]);
    return host_end(0);
}
