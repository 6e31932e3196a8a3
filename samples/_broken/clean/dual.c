/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The library as a program. */
#include "coexist_entry.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int coexist_entry_main(int argc, char **argv)
{
    int status = 0;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--exit") == 0 && i + 1 < argc)
            status = atoi(argv[++i]);
        else if (strcmp(argv[i], "--where") == 0)
            printf("loaded at %p\n", coexist_entry_base());
        else
            printf("argument: %s\n", argv[i]);
    }
    return status;
}
