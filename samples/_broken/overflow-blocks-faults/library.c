/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Jumps out of the handler of a stack overflow and leaves the signal blocked: the next fault ends the process. */
#define _GNU_SOURCE
#define SAMPLE overflow_blocks_faults
#define ID "overflow-blocks-faults"
#define START recover_start
#define FAULT recover_fault
#define OVERFLOW overflow_badly
#include "coexist_runtime.h"
static int recover_start(const coexist_host *host);
static int recover_fault(void);
static int overflow_badly(void);
#include "skeleton.h"
#include "recover.h"

static int overflow_badly(void)
{
    return recover_overflow_with(0);
}
