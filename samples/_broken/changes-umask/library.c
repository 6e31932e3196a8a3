/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Sets a umask of its own. */
#define SAMPLE changes_umask
#define ID "changes-umask"
#define START change_mask
#include "coexist_runtime.h"
static int change_mask(const coexist_host *host);
#include "skeleton.h"
#include <sys/stat.h>

static int change_mask(const coexist_host *host)
{
    umask(077);
    return sample_start(host);
}
