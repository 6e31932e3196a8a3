/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Switches transparent huge pages off for the whole process. */
#define SAMPLE disables_huge_pages
#define ID "disables-huge-pages"
#define START disable_pages
#include "coexist_runtime.h"
static int disable_pages(const coexist_host *host);
#include "skeleton.h"
#include <sys/prctl.h>

static int disable_pages(const coexist_host *host)
{
    prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
    return sample_start(host);
}
