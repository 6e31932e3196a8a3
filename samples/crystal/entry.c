/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The Crystal sample's dual flavour: the entry point. */
#include "coexist_entry.h"
#include "shim.h"

int coexist_entry_main(int argc, char **argv)
{
    return sample_program(argc, argv);
}
