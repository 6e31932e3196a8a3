/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* A host thread that has called in and now waits in a system call is not interrupted, by EINTR, while the runtime collects. */
//! runtimes: 1
//! needs: call churn
//! modes: poll nanosleep read sem-wait
//! deadline: 5s
#define _GNU_SOURCE
#include "support/signals.h"
#include <errno.h>
#include <poll.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 8, MIB = 4, PATIENCE = 200 };

static int pipe_ends[2];
static sem_t posted, ready;
static atomic_bool finished;
static atomic_int interrupted;

static int wait_once(void)
{
    char byte;
    struct pollfd end = {.fd = pipe_ends[0], .events = POLLIN};
    struct timespec second = {.tv_sec = 1};
    if (host_is_mode("read"))
        return (int)read(pipe_ends[0], &byte, 1);
    if (host_is_mode("sem-wait"))
        return sem_wait(&posted);
    if (host_is_mode("poll"))
        return poll(&end, 1, -1);
    return nanosleep(&second, NULL);
}

static int64_t nothing(void *arg)
{
    (void)arg;
    return 0;
}

static void wake(int signal)
{
    (void)signal;
}

static void *wait_long(void *arg)
{
    struct library *lib = arg;
    lane("waits");
    xattach(lib);
    xcall(lib, nothing, NULL);
    REQUIRE(sem_post(&ready) == 0);
    while (!atomic_load(&finished)) {
        int result = wait_once();
        bool was = result < 0 && errno == EINTR;
        if (was && !atomic_load(&finished))
            atomic_fetch_add(&interrupted, 1);
        if (!was && !host_is_mode("nanosleep"))
            break;
    }
    xdetach(lib);
    return NULL;
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    REQUIRE(pipe2(pipe_ends, 0) == 0);
    REQUIRE(sem_init(&posted, 0, 0) == 0 && sem_init(&ready, 0, 0) == 0);
    struct library *lib = xload(0);
    xstart(lib);
    pthread_t thread = xthread(wait_long, lib);
    while (sem_wait(&ready) != 0)
        REQUIRE(errno == EINTR);
    /* It is about to wait; it must do so before the first collection. */
    settle(PATIENCE);
    for (uint32_t round = 0; round < ROUNDS; round++)
        xchurn(lib, MIB, round);

    step("waited", lib);
    char text[16];
    snprintf(text, sizeof text, "%d", atomic_load(&interrupted));
    fact("interrupted", text);
    verify(atomic_load(&interrupted) == 0, "the waiting thread is not interrupted", __LINE__);
    if (atomic_load(&interrupted) != 0)
        detail("%s times", text);
    done("waited", lib, 0);
    atomic_store(&finished, true);
    REQUIRE(write(pipe_ends[1], "", 1) == 1);
    REQUIRE(sem_post(&posted) == 0);
    if (host_is_mode("nanosleep")) {
        struct sigaction action = {.sa_handler = wake, .sa_flags = SA_ONSTACK};
        xsigaction(SIGRTMIN + 9, &action, NULL);
        REQUIRE(pthread_kill(thread, SIGRTMIN + 9) == 0);
    }
    xjoin(thread);
    xstop(lib);
    return host_end(0);
}
