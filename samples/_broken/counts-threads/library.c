/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Waits for nobody: it does not stop as long as a thread is attached that may be long gone. */
#define SAMPLE counts_threads
#define ID "counts-threads"
#define ATTACH attach
#define DETACH detach
#define STOP stop_alone
#include "coexist_runtime.h"
#include <stdatomic.h>
static int attach(void);
static int detach(void);
static int stop_alone(void);
#include "skeleton.h"

static atomic_int attached;

static int attach(void)
{
    atomic_fetch_add(&attached, 1);
    return 0;
}

static int detach(void)
{
    atomic_fetch_sub(&attached, 1);
    return 0;
}

static int stop_alone(void)
{
    return atomic_load(&attached) == 0 ? 0 : 1;
}
