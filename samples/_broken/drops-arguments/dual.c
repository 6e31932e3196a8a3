/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* As a program it forgets its last argument. */
#include "coexist_entry.h"
#include "early.h"
#include <stdlib.h>
#include <string.h>

__attribute__((constructor)) static void run_main(void)
{
    early_main("drops-arguments");
}

int coexist_entry_main(int argc, char **argv)
{
    int status = 0;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--exit") == 0 && i + 1 < argc)
            status = atoi(argv[++i]);
        else if (strcmp(argv[i], "--where") == 0)
            printf("loaded at %p\n", coexist_entry_base());
        else if (i + 1 < argc)
            printf("argument: %s\n", argv[i]);
    }
    return status;
}
