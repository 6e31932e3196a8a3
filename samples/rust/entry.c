/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The entry point of the Rust sample's dual flavour; dual.rs has what it calls. */
#include "coexist_entry.h"
