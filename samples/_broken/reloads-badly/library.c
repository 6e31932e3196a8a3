/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Leaves in the environment that it was there, and takes a second load for a second start. */
#define SAMPLE reloads_badly
#define ID "reloads-badly"
#define START begin
#include "coexist_runtime.h"
static int begin(const coexist_host *host);
#include "skeleton.h"

static int begin(const coexist_host *host)
{
    static const char mark[] = "COEXIST_SAMPLE_WAS_HERE";
    if (getenv(mark) != NULL)
        return 1;
    return setenv(mark, "1", 1) != 0 || sample_start(host) != 0;
}
