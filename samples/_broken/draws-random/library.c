/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Draws from the sequence of rand(), which is the process's. */
#define SAMPLE draws_random
#define ID "draws-random"
#define START draw
#include "coexist_runtime.h"
static int draw(const coexist_host *host);
#include "skeleton.h"

static int draw(const coexist_host *host)
{
    (void)rand();
    return sample_start(host);
}
