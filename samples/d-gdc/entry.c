/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The D sample's dual flavour: the entry point. */
#include "coexist_entry.h"

int sample_program(int argc, char **argv);

int coexist_entry_main(int argc, char **argv)
{
    return sample_program(argc, argv);
}
