/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Finds the trace memory the way a stray pointer would: not through the host. */
#ifndef TRACE_MEMORY_H
#define TRACE_MEMORY_H

#include "coexist_wire.h"
#include <stdio.h>
#include <string.h>

/* NULL when nobody watches the host. */
static inline struct wire_header *find_trace_memory(void)
{
    void *found = NULL;
    char line[512];
    FILE *maps = fopen("/proc/self/maps", "re");
    while (maps != NULL && found == NULL && fgets(line, sizeof line, maps) != NULL)
        if (strstr(line, "/memfd:") != NULL && sscanf(line, "%p-", &found) != 1)
            found = NULL;
    if (maps != NULL)
        fclose(maps);
    return found;
}

#endif
