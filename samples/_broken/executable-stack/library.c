/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Keeps the contract, and is linked so that it asks for an executable stack. */
#define SAMPLE executable_stack
#define ID "executable-stack"
#include "skeleton.h"
