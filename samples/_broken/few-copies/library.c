/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Counts its copies in the process, and refuses to be the fifth. */
#define SAMPLE few_copies
#define ID "few-copies"
#define START take_place
#include "coexist_runtime.h"
static int take_place(const coexist_host *host);
#include "skeleton.h"

enum { PLACES = 4 };

static int take_place(const coexist_host *host)
{
    static const char counter[] = "COEXIST_SAMPLE_COPIES";
    const char *taken = getenv(counter);
    int copies = taken == NULL ? 0 : atoi(taken);
    if (copies == PLACES)
        return 1;
    char text[16];
    snprintf(text, sizeof text, "%d", copies + 1);
    return setenv(counter, text, 1) != 0 || sample_start(host) != 0;
}
