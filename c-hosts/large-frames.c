/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Host functions that managed code calls have room for the frames that C functions have: one of 200 KiB, or eight of 64 KiB, each below
 * managed code of its own. */
//! runtimes: 1
//! needs: call churn
//! modes: one nested
//! deadline: 5s
#include "coexist.h"

enum { LARGE = 200 * 1024, MEDIUM = 64 * 1024, DEPTH = 8 };

static struct library *the_library;

/* Every page is written, from the top down, as a compiler's stack probes would. */
static int64_t fill(volatile char *frame, size_t size)
{
    for (size_t i = size; i-- > 0;)
        frame[i] = (char)(i % 7);
    int64_t sum = 0;
    for (size_t i = 0; i < size; i++)
        sum += frame[i];
    return sum;
}

static int64_t once(void *arg)
{
    (void)arg;
    volatile char frame[LARGE];
    return fill(frame, sizeof frame);
}

static int64_t nested(void *arg)
{
    int left = *(const int *)arg;
    volatile char frame[MEDIUM];
    int64_t sum = fill(frame, sizeof frame);
    /* A collector that scans this stack meets the frames. */
    if (left == 1) {
        xchurn(the_library, 1, 7);
        return sum;
    }
    int next = left - 1;
    int64_t inner = the_library->table->call(nested, &next);
    return inner == -1 || frame[MEDIUM - 1] != (MEDIUM - 1) % 7 ? -1 : inner + sum;
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    the_library = xload(0);
    xstart(the_library);
    int depth = DEPTH;
    int64_t sum = host_is_mode("nested") ? xcall(the_library, nested, &depth)
                                         : xcall(the_library, once, NULL);
    VERIFY(sum > 0);
    xstop(the_library);
    return host_end(0);
}
