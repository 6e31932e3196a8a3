(* SPDX-License-Identifier: MIT OR Apache-2.0 *)
(* The OCaml sample's eager flavour: a program's main is its last module, which runs as it comes up. *)

external test : string -> unit = "sample_test"

let () =
  print_endline "Main, calling c";
  test "ocaml";
  (* Whoever comes next may write past OCaml's channels. *)
  flush stdout
