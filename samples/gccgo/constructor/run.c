/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The gccgo sample's eager flavour: the constructor that calls main. In a folder of its own, as it
 * is no part of the Go package. */
#include "coexist_runtime.h"

int goStart(uintptr_t host);
void goMain(void);

/* The first call into Go waits until the runtime is up, so Go's own constructor, which starts it on
 * another thread, must run first, or this one waits for ever. Go's lies in libgolibbegin.a; what
 * stands in -gccgoflags is linked behind that, and ld keeps the order among constructors. */
__attribute__((constructor)) static void run_main(void)
{
    if (coexist_early_host)
        goStart((uintptr_t)coexist_early_host("gccgo"));
    goMain();
}
