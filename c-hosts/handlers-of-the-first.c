/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The handlers that the first runtime has installed are still its own when a second one has come up and collected. Two
 * that want one signal show who has it then; whether the first can do without is a matter of fault-stolen and churn. */
//! runtimes: listed
//! needs: churn
//! also: go+go
//! also: go+jvm
//! also: jvm+go
//! also: jvm+mono
//! also: mono+jvm
//! also: jvm+ocaml
//! also: ocaml+jvm
//! also: jvm+pascal
//! also: d-gdc+d-ldc
//! also: go+swipl
//! also: swipl+go
//! also: wasmtime+jvm
//! also: boehm+crystal
//! also: c+jvm
//! also: jvm+c
//! deadline: 5s
//! parts: footprint
//! steps: load 1, start 1, churn 1, load 2, loaded 2, start 2, started 2, churn 2, churned 2, keeps 1
#define _GNU_SOURCE
#include "support/signals.h"
#include <unistd.h>

static uintptr_t firsts[NSIG];

static void check(const char *when, const struct library *lib)
{
    step(when, lib);
    for (int signal = 1; signal < NSIG; signal++) {
        uintptr_t first = firsts[signal];
        if (first == (uintptr_t)SIG_DFL || first == (uintptr_t)SIG_IGN)
            continue;
        uintptr_t now = handler_of(signal).function;
        verify(now == first, "the first runtime's handlers are its own", __LINE__);
        if (now != first)
            detail("%s: %s; ", signal_name(signal), owner_of(now));
    }
    done(when, lib, 0);
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    struct library *first = xload(0);
    xstart(first);
    xchurn(first, 1, 7);
    for (int signal = 1; signal < NSIG; signal++)
        firsts[signal] = handler_of(signal).function;
    struct library *second = xload(1);
    check("loaded", second);
    xstart(second);
    check("started", second);
    xchurn(second, 1, 7);
    check("churned", second);
    /* How a process ends with runtimes up is another scenario's property. */
    _exit(host_end(0));
}
