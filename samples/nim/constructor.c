/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The Nim sample's eager flavour: the constructor that runs Nim's main. */
#include "shim.h"

__attribute__((constructor)) static void run_main(void)
{
    sample_start(coexist_early_host ? coexist_early_host("nim") : NULL);
}
