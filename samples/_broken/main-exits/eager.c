/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Its main runs before the host's, and ends the process instead of returning. */
#include "early.h"
#include <stdlib.h>

__attribute__((constructor)) static void run_main(void)
{
    early_main("main-exits");
    exit(0);
}
