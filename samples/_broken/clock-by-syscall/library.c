/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Reads the clock with a system call, past the vDSO. */
#define SAMPLE clock_by_syscall
#define ID "clock-by-syscall"
#define CLOCK ask_kernel
#include "coexist_runtime.h"
static int64_t ask_kernel(uint32_t n);
#include "skeleton.h"
#include <sys/syscall.h>
#include <unistd.h>

static int64_t ask_kernel(uint32_t n)
{
    struct timespec now = {0};
    while (n-- > 0)
        syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}
