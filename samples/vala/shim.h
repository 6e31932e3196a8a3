/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* What Vala calls in C. */
#ifndef SHIM_H
#define SHIM_H

#include "coexist_runtime.h"

typedef void (*shim_back)(void);

void shim_emit(const char *what, int64_t value);
void shim_live(const void *block, size_t size);

#endif
