/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Its main runs before the host's. */
#include "early.h"

__attribute__((constructor)) static void run_main(void)
{
    early_main("clean");
}
