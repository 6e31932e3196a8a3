(* SPDX-License-Identifier: MIT OR Apache-2.0 *)
(* The OCaml sample's dual flavour: the library as a program. *)

external base : unit -> nativeint = "sample_base"

let rec follow status = function
  | "--exit" :: number :: rest -> follow (int_of_string number) rest
  | "--where" :: rest -> Printf.printf "loaded at 0x%nx\n" (base ()); follow status rest
  | argument :: rest -> Printf.printf "argument: %s\n" argument; follow status rest
  | [] -> status

let () = Callback.register "sample program" (fun () -> follow 0 (List.tl (Array.to_list Sys.argv)))
