/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Exports the function, which returns nothing. */
#define SAMPLE null_table
#define ID "null-table"
#define TABLE NULL
#include "skeleton.h"
