/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Takes away the buffer of C's stdout. */
#define SAMPLE unbuffers_stdout
#define ID "unbuffers-stdout"
#define START take_buffer
#include "coexist_runtime.h"
static int take_buffer(const coexist_host *host);
#include "skeleton.h"

static int take_buffer(const coexist_host *host)
{
    setvbuf(stdout, NULL, _IONBF, 0);
    return sample_start(host);
}
