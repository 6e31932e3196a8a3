/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Catches the error and forgets what it carried. */
#define SAMPLE lost_payload
#define ID "lost-payload"
#define RAISE raise_wrong
#include "coexist_runtime.h"
static int64_t raise_wrong(int64_t payload);
#include "skeleton.h"

static int64_t raise_wrong(int64_t payload)
{
    return sample_raise(payload) == payload ? 0 : payload;
}
