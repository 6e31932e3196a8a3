/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Its main runs before the host's, and ends the process instead of returning. */
#include "coexist_runtime.h"
#include <stdio.h>
#include <stdlib.h>

void sample_bring_up(const coexist_host *host);
void sample_call_back(void);

__attribute__((constructor)) static void run_main(void)
{
    if (coexist_early_host)
        sample_bring_up(coexist_early_host("main-exits"));
    printf("Main, calling c\n");
    coexist_test("main-exits", sample_call_back);
    exit(0);
}
