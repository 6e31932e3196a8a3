/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Crashes before dlopen returns. */
#define SAMPLE crash_in_constructor
#define ID "crash-in-constructor"
#include "skeleton.h"

__attribute__((constructor)) static void crash(void)
{
    volatile int *volatile nowhere = NULL;
    *nowhere = 1;
}
