/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The D sample's eager flavour: the constructor that calls main. Linked last, as druntime must know
 * of this library before anything in it is called. */
#include "coexist_runtime.h"

const coexist_runtime *COEXIST_EXPORT(d_gdc)(void);
void sample_main(void);

__attribute__((constructor)) static void run_main(void)
{
    if (COEXIST_EXPORT(d_gdc)()->start(coexist_early_host ? coexist_early_host("d-gdc") : NULL) == 0)
        sample_main();
}
