/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The Ada sample's dual flavour: the entry point. */
#include "coexist_entry.h"

extern int gnat_argc;
extern char **gnat_argv;
int sample_program(void);

int coexist_entry_main(int argc, char **argv)
{
    /* As in the main that gnatbind makes. */
    gnat_argc = argc;
    gnat_argv = argv;
    return sample_program();
}
