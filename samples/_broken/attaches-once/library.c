/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Does not take a thread back that has left it. */
#define SAMPLE attaches_once
#define ID "attaches-once"
#define ATTACH attach_once
#define DETACH detach
#include "coexist_runtime.h"
#include <stdbool.h>
static int attach_once(void);
static int detach(void);
#include "skeleton.h"

static __thread bool has_left;

static int attach_once(void)
{
    return has_left ? 1 : 0;
}

static int detach(void)
{
    has_left = true;
    return 0;
}
