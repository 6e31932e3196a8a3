/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Counts in a shared object, which any other client in the process counts in as well. */
#define SAMPLE shares_a_runtime
#define ID "shares-a-runtime"
#define STATE runtime_count
#include "runtime.h"
#include "skeleton.h"
