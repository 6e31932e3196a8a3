/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Has room for eight calls within each other. */
#define SAMPLE eight_deep
#define ID "eight-deep"
#define CALL call_with_room
#include "coexist_runtime.h"
static int64_t call_with_room(coexist_fn fn, void *arg);
#include "skeleton.h"

enum { ROOM = 8 };

static int64_t call_with_room(coexist_fn fn, void *arg)
{
    static __thread int depth;
    if (depth == ROOM)
        return -1;
    depth++;
    int64_t result = fn(arg);
    depth--;
    return result;
}
