/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * libtest.so: the C library of the mail, which the eager and dual flavours are linked with. A
 * managed main calls it through its FFI, and it calls managed code back.
 */
#include "coexist_runtime.h"
#include <stdio.h>

void coexist_test(const char *name, void (*back)(void))
{
    printf("From test, calling %s\n", name);
    /* `back` may write past stdio, and stdout may be a pipe. */
    fflush(stdout);
    back();
}
