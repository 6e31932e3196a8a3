/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Calls a function that nobody defines: the dynamic linker refuses it. */
#define SAMPLE undefined_symbol
#define ID "undefined-symbol"
#define CALLBACK call_nowhere
static void call_nowhere(void);
#include "skeleton.h"

__attribute__((visibility("default"))) void coexist_nowhere(void);

static void call_nowhere(void)
{
    coexist_nowhere();
}
