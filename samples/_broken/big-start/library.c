/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Needs half a megabyte of stack to come up. */
#define SAMPLE big_start
#define ID "big-start"
#define START start_with_frame
#include "coexist_runtime.h"
static int start_with_frame(const coexist_host *host);
#include "skeleton.h"
#include <string.h>

enum { FRAME = 512 * 1024 };

static int start_with_frame(const coexist_host *host)
{
    char frame[FRAME];
    memset(frame, 1, sizeof frame);
    __asm__ volatile("" : : "r"(frame) : "memory");
    return sample_start(host);
}
