/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Starts a runtime of which one half is a shared object that another build uses as well, and the other half its own. */
#define SAMPLE shares_half
#define ID "shares-half"
#define START start_both
#include "coexist_runtime.h"
static int start_both(const coexist_host *host);
#include "halves.h"
#include "skeleton.h"

static int start_both(const coexist_host *host)
{
    core_start(rest_id());
    return sample_start(host);
}
