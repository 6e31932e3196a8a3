/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The beginning of a host that is a program, before any constructor of any library that it is
 * linked with. A library may not have such a section: hosts for VMs are linked without this file. */
#include "support.h"

static void before_constructors(int argc, char **argv, char **envp)
{
    (void)envp;
    begin(argc, argv);
    if (host_is_loaded_first())
        step("init", NULL);
}

__attribute__((section(".preinit_array"),
               used)) static void (*preinit)(int, char **, char **) = before_constructors;
