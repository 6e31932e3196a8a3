/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* What the Haskell sample's C needs of its Haskell. */
#ifndef SHIM_H
#define SHIM_H

#include "coexist_runtime.h"

int sample_start(const coexist_host *host);
int sample_stop(void);

const char *sample_version(void);
void sample_callback(void);
int64_t sample_call(coexist_fn fn, void *arg);
int sample_churn(uint32_t mib, uint32_t seed, uint64_t *sum);
int64_t sample_raise(int64_t payload);
int sample_overflow(void);
int64_t sample_spawn(coexist_fn fn, void *arg);
int sample_spin(uint32_t n);
int64_t sample_clock(uint32_t n);
size_t sample_backtrace(char *buf, size_t len);
int64_t sample_state(void);

/* The same, one thread at a time. */
void single_callback(void);
int64_t single_call(coexist_fn fn, void *arg);
int single_churn(uint32_t mib, uint32_t seed, uint64_t *sum);
int64_t single_raise(int64_t payload);
int single_overflow(void);
int64_t single_spawn(coexist_fn fn, void *arg);
int64_t single_clock(uint32_t n);
size_t single_backtrace(char *buf, size_t len);
int64_t single_state(void);

void sample_emit(const char *what, int64_t value);
void sample_live(const void *block, size_t size);

#endif
