/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The Crystal sample's eager flavour: the constructor that runs Crystal's main. */
#include "shim.h"

__attribute__((constructor)) static void run_main(void)
{
    shim_start(coexist_early_host ? coexist_early_host("crystal") : NULL);
}
