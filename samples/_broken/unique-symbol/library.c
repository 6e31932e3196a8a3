/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Has a variable that the dynamic linker makes one for the whole process. */
#define SAMPLE unique_symbol
#define ID "unique-symbol"
#define CALLBACK touch_unique
static void touch_unique(void);
#include "skeleton.h"

/* What a C++ compiler makes of a static variable in an inline function. RTLD_LOCAL does not keep
 * two libraries from meeting there. */
__asm__(".pushsection .data\n"
        ".globl coexist_unique\n"
        ".type coexist_unique, @gnu_unique_object\n"
        ".size coexist_unique, 8\n"
        "coexist_unique: .quad 0\n"
        ".popsection");

extern int64_t coexist_unique __attribute__((visibility("default")));

static void touch_unique(void)
{
    __atomic_add_fetch(&coexist_unique, 1, __ATOMIC_RELAXED);
    sample_callback();
}
