/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The Haskell sample's eager flavour: the constructor that runs Haskell's main. */
#include "shim.h"

void sample_main(void);

__attribute__((constructor)) static void run_main(void)
{
    sample_start(coexist_early_host ? coexist_early_host("haskell") : NULL);
    sample_main();
}

/* What came up by itself goes down by itself: the RTS writes its handles' buffers out. */
__attribute__((destructor)) static void shut_down(void)
{
    sample_stop();
}
