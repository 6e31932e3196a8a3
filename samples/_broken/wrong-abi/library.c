/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Was built against another version of the contract. */
#define SAMPLE wrong_abi
#define ID "wrong-abi"
#define ABI (COEXIST_ABI + 1)
#include "skeleton.h"
