/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Keeps a descriptor each time that it is loaded. */
#define SAMPLE grows
#define ID "grows"
#include "skeleton.h"
#include <fcntl.h>

__attribute__((constructor)) static void keep_one(void)
{
    if (open("/dev/null", O_RDONLY | O_CLOEXEC) < 0)
        abort();
}
