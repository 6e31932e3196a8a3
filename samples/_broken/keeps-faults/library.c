/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Makes errors of its own faults, and hands nobody else's on to the handler that was there before. */
#define _GNU_SOURCE
#define SAMPLE keeps_faults
#define ID "keeps-faults"
#define START recover_start
#define FAULT recover_fault
#include "coexist_runtime.h"
static int recover_start(const coexist_host *host);
static int recover_fault(void);
#include "skeleton.h"
#include "recover.h"
