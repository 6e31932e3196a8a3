/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* What the C++ sample's flavours need of its runtime. */
#pragma once

#include "coexist_runtime.h"

namespace sample {

int start(const coexist_host *host);
void callback();

} // namespace sample
