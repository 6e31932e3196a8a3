/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Makes an error of a stack overflow, as long as nobody takes its handler. */
#define _GNU_SOURCE
#define SAMPLE loses_overflows
#define ID "loses-overflows"
#define START recover_start
#define OVERFLOW recover_overflow
#include "coexist_runtime.h"
static int recover_start(const coexist_host *host);
static int recover_overflow(void);
#include "skeleton.h"
#include "recover.h"
