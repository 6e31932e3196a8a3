/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Ends the process with the expected status before the scenario has begun. */
#define SAMPLE exit_in_constructor
#define ID "exit-in-constructor"
#include "skeleton.h"

__attribute__((constructor)) static void leave(void)
{
    exit(0);
}
