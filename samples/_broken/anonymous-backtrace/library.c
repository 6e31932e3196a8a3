/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Its stack trace has addresses and no names. */
#define SAMPLE anonymous_backtrace
#define ID "anonymous-backtrace"
#define BACKTRACE trace_addresses
#include "coexist_runtime.h"
static size_t trace_addresses(char *buf, size_t len);
#include "skeleton.h"

static size_t trace_addresses(char *buf, size_t len)
{
    return (size_t)snprintf(buf, len, "0x1000\n0x2000\n0x3000\n");
}
