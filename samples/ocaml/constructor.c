/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The OCaml sample's eager flavour: the constructor that runs OCaml's main. */
#include "shim.h"
#include <caml/mlvalues.h>
#include <caml/threads.h>

value sample_test(value name)
{
    (void)name; /* OCaml may move its own while the lock is free. */
    caml_release_runtime_system();
    coexist_test("ocaml", sample_callback);
    caml_acquire_runtime_system();
    return Val_unit;
}

/* glibc gives the program's arguments to each constructor. */
__attribute__((constructor)) static void run_main(int argc, char **argv)
{
    (void)argc;
    if (coexist_early_host)
        sample_set_host(coexist_early_host("ocaml"));
    sample_start(argv);
}

/* What came up by itself goes down by itself: OCaml's at_exit, which writes its buffers out. */
__attribute__((destructor)) static void shut_down(void)
{
    sample_stop();
}
