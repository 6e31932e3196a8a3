/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * The flavours eager and dual of a sample: its library.c includes this and has EARLY_ENTRIES below
 * skeleton.h; eager.c includes this as well and calls early_main from a constructor.
 */
#ifndef EARLY_H
#define EARLY_H

#include "coexist_runtime.h"
#include <stdio.h>

void early_start(const coexist_host *host);
void early_call_back(void);

#define EARLY_ENTRIES                                                                              \
    void early_start(const coexist_host *host)                                                     \
    {                                                                                              \
        sample_start(host);                                                                        \
    }                                                                                              \
    void early_call_back(void)                                                                     \
    {                                                                                              \
        print_line();                                                                              \
        if (the_host != NULL)                                                                      \
            emit_event();                                                                          \
    }

/* A program that is no host has no coexist_early_host. */
static inline void early_main(const char *id)
{
    if (coexist_early_host)
        early_start(coexist_early_host(id));
    printf("Main, calling c\n");
    coexist_test(id, early_call_back);
    /* Whoever comes next may write past stdio. */
    fflush(stdout);
}

#endif
