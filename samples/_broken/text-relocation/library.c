/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Has an address in its code, which the loader must write there. */
#define SAMPLE text_relocation
#define ID "text-relocation"
#include "skeleton.h"

__asm__(".text\n"
        ".quad the_table\n");
