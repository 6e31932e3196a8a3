/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* What the Crystal sample's flavours need of its table, and the table of its Crystal. */
#ifndef SHIM_H
#define SHIM_H

#include "coexist_runtime.h"

int shim_start(const coexist_host *host);

int sample_start(int argc, char **argv);
int sample_stop(void);
const char *sample_version(void);
void sample_callback(void);
int64_t sample_call(coexist_fn fn, void *arg);
int sample_churn(uint32_t mib, uint32_t seed, uint64_t *sum);
int64_t sample_raise(int64_t payload);
int64_t sample_spawn(coexist_fn fn, void *arg);
int sample_attach(void);
int sample_detach(void);
int sample_spin(uint32_t n);
int64_t sample_clock(uint32_t n);
size_t sample_backtrace(char *buf, size_t len);
int64_t sample_state(void);

void sample_emit(const char *what, int64_t value);
void sample_live(const void *block, size_t size);
int64_t sample_apply(coexist_fn fn, void *arg);

int sample_program(int argc, char **argv);

#endif
