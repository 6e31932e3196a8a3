/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The GNUstep sample's eager flavour: its own main runs at DT_INIT time, before the program's. It
 * is in runtime.m: GCC makes a constructor for each file with messages, which registers them, and
 * runtime.m's runs before this one because it stands first on the command line. */
#include "runtime.h"

__attribute__((constructor)) static void run_main(void)
{
    if (coexist_early_host)
        runtime_start(coexist_early_host("gnustep"));
    runtime_main();
}
