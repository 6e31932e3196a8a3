/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Offers an entry that its manifest calls absent. */
#define SAMPLE wrong_offer
#define ID "wrong-offer"
#define ATTACH attach
#include "coexist_runtime.h"
static int attach(void);
#include "skeleton.h"

static int attach(void)
{
    return 0;
}
