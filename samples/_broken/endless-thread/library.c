/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Has a thread that never ends, and so no end of the process when main ends by pthread_exit. */
#define SAMPLE endless_thread
#define ID "endless-thread"
#define START begin
#include "coexist_runtime.h"
static int begin(const coexist_host *host);
#include "skeleton.h"
#include <unistd.h>

static void *wait_for_ever(void *arg)
{
    for (;;)
        pause();
    return arg;
}

static int begin(const coexist_host *host)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, wait_for_ever, NULL) != 0)
        return 1;
    return sample_start(host);
}
