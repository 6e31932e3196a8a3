/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The Zig sample's dual flavour: the entry point. */
#include "coexist_entry.h"

int sample_program(int argc, char **argv) __attribute__((visibility("hidden")));

int coexist_entry_main(int argc, char **argv)
{
    return sample_program(argc, argv);
}
