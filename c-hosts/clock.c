/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Managed code reads the clock without a system call. A filter, which every thread made after it inherits, reports each
 * system call that reads a clock to a thread that counts and lets it pass. */
//! runtimes: 1
//! needs: clock
//! deadline: 5s
#define _GNU_SOURCE
#include "coexist.h"
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { READINGS = 1000 };

static atomic_int listener = -1;
static atomic_int calls;

#define WORD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define EQUAL(number, then, otherwise) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, then, otherwise)
#define ANSWER(what) BPF_STMT(BPF_RET | BPF_K, what)

/* The clocks of processes and threads, whose number is 2, 3 or negative, need the kernel. */
static int watch_clocks(void)
{
    struct sock_filter code[] = {
        WORD(arch),
        EQUAL(AUDIT_ARCH_X86_64, 0, 9),
        WORD(nr),
        EQUAL(SYS_time, 6, 0),
        EQUAL(SYS_gettimeofday, 5, 0),
        EQUAL(SYS_clock_gettime, 0, 5),
        WORD(args[0]),
        EQUAL(CLOCK_PROCESS_CPUTIME_ID, 3, 0),
        EQUAL(CLOCK_THREAD_CPUTIME_ID, 2, 0),
        BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, CLOCK_TAI, 1, 0),
        ANSWER(SECCOMP_RET_USER_NOTIF),
        ANSWER(SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {.len = sizeof code / sizeof *code, .filter = code};
    REQUIRE(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER,
                        &program);
}

static void *count(void *arg)
{
    while (atomic_load(&listener) < 0)
        usleep(100);
    int fd = atomic_load(&listener);
    for (;;) {
        struct seccomp_notif request = {0};
        if (ioctl(fd, SECCOMP_IOCTL_NOTIF_RECV, &request) != 0)
            continue;
        atomic_fetch_add(&calls, 1);
        struct seccomp_notif_resp response = {.id = request.id,
                                              .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE};
        ioctl(fd, SECCOMP_IOCTL_NOTIF_SEND, &response);
    }
    return arg;
}

/* A filter that sees nothing would let everything pass, and so would a kernel whose clock cannot be read without it. */
static void check_watching(void)
{
    struct timespec now;
    step("watching", NULL);
    for (int i = 0; i < READINGS; i++)
        clock_gettime(CLOCK_MONOTONIC, &now);
    require(atomic_load(&calls) == 0, "C reads this machine's clock without a system call",
            __LINE__);
    syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
    require(atomic_load(&calls) == 1, "system calls are counted", __LINE__);
    done("watching", NULL, 0);
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    xthread(count, NULL);
    int fd = watch_clocks();
    require(fd >= 0, "the kernel can report system calls", __LINE__);
    atomic_store(&listener, fd);
    check_watching();

    struct library *lib = xload(0);
    REQUIRE(lib->table->clock != NULL);
    xstart(lib);
    step("clock", lib);
    int64_t first = lib->table->clock(1);
    int before = atomic_load(&calls);
    int64_t last = lib->table->clock(READINGS);
    int made = atomic_load(&calls) - before;
    VERIFY(last >= first);
    /* Another thread of the runtime may read a clock by the way. */
    bool none = made < READINGS / 10;
    verify(none, "the clock is read without a system call", __LINE__);
    if (!none)
        detail("%d system calls for %d readings", made, READINGS);
    done("clock", lib, 0);
    xstop(lib);
    return host_end(0);
}
