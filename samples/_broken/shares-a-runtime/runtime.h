/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef RUNTIME_H
#define RUNTIME_H

#include <stdint.h>

int64_t runtime_count(void);

#endif
