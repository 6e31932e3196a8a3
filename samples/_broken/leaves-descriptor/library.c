/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Leaves a descriptor open after stop. */
#define SAMPLE leaves_descriptor
#define ID "leaves-descriptor"
#define START begin
#include "coexist_runtime.h"
static int begin(const coexist_host *host);
#include "skeleton.h"
#include <fcntl.h>

static int begin(const coexist_host *host)
{
    return open("/dev/null", O_RDONLY | O_CLOEXEC) < 0 || sample_start(host) != 0;
}
