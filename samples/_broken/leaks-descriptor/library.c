/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Opens a file without O_CLOEXEC. */
#define SAMPLE leaks_descriptor
#define ID "leaks-descriptor"
#define START open_file
#include "coexist_runtime.h"
static int open_file(const coexist_host *host);
#include "skeleton.h"
#include <fcntl.h>

static int open_file(const coexist_host *host)
{
    if (open("/dev/null", O_RDONLY) < 0)
        return 1;
    return sample_start(host);
}
