/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The gccgo sample's dual flavour: the entry point. */

//go:build dual

#include "coexist_entry.h"
#include "_cgo_export.h"

int coexist_entry_main(int argc, char **argv)
{
    /* os.Args has them: glibc gives them to Go's constructor, too. */
    (void)argc;
    (void)argv;
    return goProgram();
}
