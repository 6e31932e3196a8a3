/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Was built against a contract with one entry less under the same number. */
#define SAMPLE wrong_size
#define ID "wrong-size"
#define SIZE (sizeof(coexist_runtime) - sizeof(void *))
#include "skeleton.h"
