/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Goes to another folder. */
#define SAMPLE changes_folder
#define ID "changes-folder"
#define START change_folder
#include "coexist_runtime.h"
static int change_folder(const coexist_host *host);
#include "skeleton.h"
#include <unistd.h>

static int change_folder(const coexist_host *host)
{
    if (chdir("/") != 0)
        return 1;
    return sample_start(host);
}
