/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Signals of a program, and faults that it makes itself. */
#define _GNU_SOURCE
#include "signals.h"
#include <setjmp.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int program_signal(int index)
{
    static const int plain[] = {SIGINT,  SIGTERM, SIGHUP,  SIGUSR1, SIGUSR2,
                                SIGCHLD, SIGPIPE, SIGPROF, SIGURG,  SIGALRM};
    enum { PLAIN = sizeof plain / sizeof *plain, REAL_TIME = 11 };
    return index < PLAIN ? plain[index] : SIGRTMIN + REAL_TIME;
}

const char *signal_name(int signal)
{
    static _Thread_local char name[16];
    const char *known = sigabbrev_np(signal);
    if (known != NULL)
        snprintf(name, sizeof name, "SIG%s", known);
    else
        snprintf(name, sizeof name, "SIG%d", signal);
    return name;
}

void xsigaction(int signal, const struct sigaction *action, struct sigaction *old)
{
    require(sigaction(signal, action, old) == 0, "sigaction", 0);
}

void xhandle(int signal, void (*handler)(int))
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
    xsigaction(signal, &action, NULL);
}

void xhandle_all(void (*handler)(int))
{
    for (int i = 0; i < PROGRAM_SIGNALS; i++)
        xhandle(program_signal(i), handler);
}

static _Thread_local sigjmp_buf recovery;
static _Thread_local volatile sig_atomic_t expected;

int fault_signal(enum fault_kind kind)
{
    static const int signals[FAULT_KINDS] = {SIGSEGV, SIGBUS, SIGFPE};
    return signals[kind];
}

bool fault_is_hosts(void)
{
    return expected != 0;
}

void fault_recover(void)
{
    expected = 0;
    siglongjmp(recovery, 1);
}

/* noinline: or its variables are among those that siglongjmp may spoil. A page that may not be touched, or one beyond the end of its
 * file. */
static __attribute__((noinline)) volatile char *bad_page(enum fault_kind kind)
{
    size_t size = (size_t)sysconf(_SC_PAGESIZE);
    int file = memfd_create("short", MFD_CLOEXEC);
    require(file >= 0, "memfd_create", 0);
    void *page = mmap(NULL, size, kind == FAULT_BUS ? PROT_READ : PROT_NONE, MAP_SHARED, file, 0);
    require(page != MAP_FAILED, "mmap", 0);
    close(file);
    return page;
}

/* noinline: the compiler may not see that the divisor is 0. */
static __attribute__((noinline)) int divide(volatile int *divisor)
{
    return 7 / *divisor;
}

bool host_fault(enum fault_kind kind)
{
    static volatile int zero;
    volatile char *volatile page = kind == FAULT_FPE ? NULL : bad_page(kind);
    bool recovered = false;
    if (sigsetjmp(recovery, 1) == 0) {
        expected = 1;
        if (kind == FAULT_FPE)
            zero = divide(&zero);
        else
            (void)*page;
        expected = 0;
    } else {
        recovered = true;
    }
    if (kind != FAULT_FPE)
        munmap((void *)(uintptr_t)page, (size_t)sysconf(_SC_PAGESIZE));
    return recovered;
}
