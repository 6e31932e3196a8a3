/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The Boehm sample's eager flavour: its own main runs at DT_INIT time, before the program's. */
#include "runtime.h"
#include <gc.h>
#include <stdio.h>

int main(void)
{
    GC_INIT();
    printf("Main, calling c\n");
    coexist_test("boehm", runtime_callback);
    /* Whoever comes next may write past stdio, and stdout may be a pipe. */
    fflush(stdout);
    return 0;
}

__attribute__((constructor)) static void run_main(void)
{
    if (coexist_early_host)
        runtime_start(coexist_early_host("boehm"));
    main();
}
