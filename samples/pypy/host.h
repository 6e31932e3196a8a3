/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* What main.py finds as `lib`. cffi reads this file, too, and knows no preprocessor. */
typedef int64_t (*coexist_fn)(void *arg);

void host_emit(const char *what, int64_t value);
void host_live(const void *block, size_t size);
void host_test(const char *name);
