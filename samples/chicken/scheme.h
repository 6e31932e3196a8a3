/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* What main.scm and the shim need of each other. */
#ifndef SCHEME_H
#define SCHEME_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

void scm_version(void *buf, size_t len);
void scm_callback(void);
int64_t scm_call(void *fn, void *arg);
uint64_t scm_churn(uint32_t mib, uint32_t seed);
int64_t scm_raise(int64_t payload);
void scm_backtrace(void *buf, size_t len);
int64_t scm_state(void);
void scm_main(void);         /* eager */
int scm_program(void *argv); /* dual */

void host_emit(const char *what, int64_t value);
void host_live(void *block, size_t size);
int64_t host_apply(void *fn, void *arg);
void host_test(const char *name);
void *program_base(void);

/* Runs fn(arg) where Scheme may be called. */
int64_t in_scheme(int64_t (*fn)(void *arg), void *arg);

#endif
