/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The Go sample's eager flavour: the constructor that calls main. */

//go:build eager

#include "shim.h"
#include "_cgo_export.h"

/* The first call into Go waits until the runtime is up, so Go's own constructor, which starts it on
 * another thread, must run first, or this one waits for ever. Go's lies in .init_array of go.o,
 * which its linker puts first on the command line, and ld keeps that order among constructors
 * without a priority; with any priority this one would come before. */
__attribute__((constructor)) static void run_main(void)
{
    if (coexist_early_host)
        goStart((uintptr_t)coexist_early_host("go"));
    goMain();
}
