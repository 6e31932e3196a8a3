/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* What the OCaml sample's flavours need of its table. */
#ifndef SHIM_H
#define SHIM_H

#include "coexist_runtime.h"

void sample_set_host(const coexist_host *host);
int sample_start(char **argv);
int sample_stop(void);
void sample_callback(void);

#endif
