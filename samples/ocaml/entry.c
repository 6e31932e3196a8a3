/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The OCaml sample's dual flavour: the entry point. */
#include "coexist_entry.h"
#include <caml/alloc.h>
#include <caml/callback.h>
#include <caml/mlvalues.h>
#include <caml/threads.h>

value sample_base(value unit)
{
    (void)unit;
    return caml_copy_nativeint((intnat)coexist_entry_base());
}

int coexist_entry_main(int argc, char **argv)
{
    /* Sys.argv has them, from the constructor. */
    (void)argc;
    (void)argv;
    caml_acquire_runtime_system();
    value result = caml_callback_exn(*caml_named_value("sample program"), Val_unit);
    int status = Is_exception_result(result) ? 2 : Int_val(result);
    caml_release_runtime_system();
    return status;
}
