/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The Ada sample's eager flavour: the constructor that calls main. */
#include "shim.h"

void sample_main(void);

__attribute__((constructor)) static void run_main(void)
{
    sample_start(coexist_early_host ? coexist_early_host("ada") : NULL);
    sample_main();
}
