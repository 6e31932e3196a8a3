/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Its own main does not run when the library is initialised, but when somebody calls. */
#define SAMPLE late_main
#define ID "late-main"
#ifdef EAGER
#define CALLBACK main_and_callback
static void main_and_callback(void);
#endif
#include "skeleton.h"

#ifdef EAGER
__attribute__((constructor)) static void find_host(void)
{
    if (coexist_early_host)
        the_host = coexist_early_host(ID);
}

static void main_and_callback(void)
{
    static int has_run;
    if (!has_run) {
        has_run = 1;
        printf("Main, calling c\n");
        coexist_test(ID, sample_callback);
    }
    sample_callback();
}
#endif
