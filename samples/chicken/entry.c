/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The Chicken sample's dual flavour: the entry point. */
#include "coexist_entry.h"
#include "scheme.h"

void *program_base(void)
{
    return (void *)(uintptr_t)coexist_entry_base();
}

static int64_t do_program(void *argv)
{
    return scm_program(argv);
}

int coexist_entry_main(int argc, char **argv)
{
    (void)argc;
    return (int)in_scheme(do_program, argv);
}
