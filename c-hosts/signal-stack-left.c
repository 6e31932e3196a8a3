/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* A library that is gone, stopped and unloaded, has not left its memory as a thread's signal stack: the next handler that
 * wants one would run where nothing is mapped. */
//! runtimes: 1
//! needs: state
//! modes: stop without-stop
//! deadline: 3s
#define _GNU_SOURCE
#include "coexist.h"
#include <signal.h>
#include <string.h>

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    struct library *lib = xgone();

    step("unload", lib);
    stack_t stack;
    REQUIRE(sigaltstack(NULL, &stack) == 0);
    bool mapped = (stack.ss_flags & SS_DISABLE) != 0 || strcmp(owner_of((uintptr_t)stack.ss_sp), "nowhere") != 0;
    verify(mapped, "the thread's signal stack is memory that is there", __LINE__);
    done("unload", lib, 0);
    return host_end(0);
}
