/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Has data for the thread that started it, and expects them on any. */
#define SAMPLE needs_thread_data
#define ID "needs-thread-data"
#define START make_data
#define CALLBACK use_data
#include "coexist_runtime.h"
static int make_data(const coexist_host *host);
static void use_data(void);
#include "skeleton.h"

static __thread int *calls;

static int make_data(const coexist_host *host)
{
    static int data;
    calls = &data;
    return sample_start(host);
}

static void use_data(void)
{
    ++*(volatile int *)calls;
    sample_callback();
}
