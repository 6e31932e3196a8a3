/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Has a signal stack for the thread that started it, and none for others. */
#define _GNU_SOURCE
#define SAMPLE overflows_on_one
#define ID "overflows-on-one"
#define START recover_start
#define OVERFLOW recover_overflow
#include "coexist_runtime.h"
static int recover_start(const coexist_host *host);
static int recover_overflow(void);
#include "skeleton.h"
#include "recover.h"
