/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The musl sample's eager flavour: its own main runs at DT_INIT time, before the program's. */
#include "runtime.h"
#include <stdio.h>

int main(void)
{
    printf("Main, calling c\n");
    coexist_test("musl", runtime_callback);
    /* Whoever comes next may write past stdio, and stdout may be a pipe. */
    fflush(stdout);
    return 0;
}

__attribute__((constructor)) static void run_main(void)
{
    if (coexist_early_host)
        runtime_start(coexist_early_host("musl"));
    main();
}
