/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Gives up if there are threads when it is loaded: its initialisation wants the process for itself. */
#define SAMPLE loads_alone
#define ID "loads-alone"
#include "skeleton.h"
#include <sys/stat.h>

/* Each thread is a folder there, and each folder has a link to it. */
__attribute__((constructor)) static void look_around(void)
{
    enum { ALONE = 3 };
    struct stat tasks;
    if (stat("/proc/self/task", &tasks) != 0 || tasks.st_nlink > ALONE)
        abort();
}
