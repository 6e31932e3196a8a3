/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* A client of a collector that other samples use as well. */
#define SAMPLE uses_the_heap
#define ID "uses-the-heap"
#define START open_and_start
#define STOP close_and_stop
#define CHURN use_and_churn
#include "coexist_runtime.h"
static int open_and_start(const coexist_host *host);
static int close_and_stop(void);
static int use_and_churn(uint32_t mib, uint32_t seed, uint64_t *sum);
#include "skeleton.h"
#include "shared_heap.h"
