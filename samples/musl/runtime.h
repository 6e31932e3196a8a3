/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* What the C sample's flavours need of its runtime. */
#ifndef RUNTIME_H
#define RUNTIME_H

#include "coexist_runtime.h"

int runtime_start(const coexist_host *host);
void runtime_callback(void);

#endif
