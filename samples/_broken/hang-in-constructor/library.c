/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Never lets dlopen return. */
#define SAMPLE hang_in_constructor
#define ID "hang-in-constructor"
#include "skeleton.h"
#include <unistd.h>

__attribute__((constructor)) static void hang(void)
{
    for (;;)
        pause();
}
