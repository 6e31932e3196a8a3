/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * What Go calls in C. C's pointers travel through Go as integers: a host may pass any bits as an
 * argument, and Go ends the process when it finds a small number in a pointer.
 */
#ifndef SHIM_H
#define SHIM_H

#include "coexist_runtime.h"

static inline int64_t shim_apply(uintptr_t fn, uintptr_t arg)
{
    return ((coexist_fn)fn)((void *)arg);
}

static inline void shim_emit(uintptr_t host, const char *what, int64_t value)
{
    const coexist_host *to = (const coexist_host *)host;
    to->emit(to, what, value);
}

static inline void shim_live(uintptr_t host, const void *block, size_t size)
{
    const coexist_host *to = (const coexist_host *)host;
    to->live(to, block, size);
}

#endif
