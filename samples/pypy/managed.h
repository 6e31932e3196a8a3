/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* What main.py defines. cffi reads this file, too, and knows no preprocessor. */
size_t managed_version(char *buf, size_t len);
int managed_callback(void);
int64_t managed_call(coexist_fn fn, void *arg);
int managed_churn(uint32_t mib, uint32_t seed, uint64_t *sum);
int64_t managed_catch(int64_t payload);
int managed_overflow(void);
int64_t managed_spawn(coexist_fn fn, void *arg);
int managed_spin(uint32_t n);
int64_t managed_clock(uint32_t n);
size_t managed_backtrace(char *buf, size_t len);
int64_t managed_state(void);
int managed_main(void);
