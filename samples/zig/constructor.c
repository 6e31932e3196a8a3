/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The Zig sample's eager flavour: the constructor. Zig takes the address of a weak function for its
 * entry in the library's PLT, which is never null. */
#include "coexist_runtime.h"

__attribute__((visibility("hidden"))) void sample_run_main(const coexist_host *host);

__attribute__((constructor)) static void run_main(void)
{
    sample_run_main(coexist_early_host ? coexist_early_host("zig") : NULL);
}
