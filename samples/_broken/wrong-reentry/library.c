/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Cuts the value that came back to 32 bits. */
#define SAMPLE wrong_reentry
#define ID "wrong-reentry"
#define CALL call_wrong
#include "coexist_runtime.h"
static int64_t call_wrong(coexist_fn fn, void *arg);
#include "skeleton.h"

static int64_t call_wrong(coexist_fn fn, void *arg)
{
    return (int32_t)fn(arg);
}
