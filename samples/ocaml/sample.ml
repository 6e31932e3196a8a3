(* SPDX-License-Identifier: MIT OR Apache-2.0 *)
(* The OCaml sample: the contract by the language, Thread and Printexc. *)

let words = 256
let blocks_per_mib = 1024
let live_every = 16
let reported = 8

(* C's pointers are nativeints: OCaml's own ints have one bit less. *)
external emit : string -> int -> unit = "sample_emit"
external live : Bytes.t -> int -> unit = "sample_live"
external apply : nativeint -> nativeint -> int64 = "sample_apply"

let version () = Sys.ocaml_version

let callback () =
  print_string "OCaml callback!\n";
  emit "callback" 0

let call fn arg = apply fn arg

let new_block word =
  let block = Bytes.create (words * 4) in
  for i = 0 to words - 1 do
    Bytes.set_int32_ne block (i * 4) (Int32.of_int word)
  done;
  Sys.opaque_identity block

let word_of block i = Int32.to_int (Bytes.get_int32_ne block (i * 4)) land 0xffffffff

let churn mib seed =
  let blocks = mib * blocks_per_mib in
  let living = Array.make (blocks / live_every) Bytes.empty in
  for i = 0 to blocks - 1 do
    let block = new_block (seed + (i * 2654435761)) in
    if i mod live_every = 0 then living.(i / live_every) <- block;
    if i = blocks / 2 then Gc.full_major ()
  done;
  Gc.full_major ();
  let sum = ref 0 in
  Array.iter (fun block -> for i = 0 to words - 1 do sum := !sum + word_of block i done) living;
  let lives = Array.length living in
  if lives > 0 then
    for i = 0 to reported - 1 do
      let block = living.(i * lives / reported) in
      live block (Bytes.length block)
    done;
  Int64.of_int !sum

exception Raised of int64

let[@inline never] throw payload = raise (Raised payload)
let[@inline never] risky payload = Int64.add (throw payload) payload
let raise_error payload = try risky payload with Raised found -> found

let[@inline never] rec deeper depth = 1 + deeper (depth + 1)

let overflow () =
  match deeper 0 with
  | _ -> 1
  | exception Stack_overflow -> 0

let spawn fn arg =
  let result = ref (-1L) in
  Thread.join (Thread.create (fun () -> result := apply fn arg) ());
  !result

let spin n =
  for _ = 1 to n do
    (* A loop that allocates nothing would never let another thread run. *)
    let rec busy () = ignore (Sys.opaque_identity (ref 0)); busy () in
    ignore (Thread.create busy ())
  done

let[@inline never] coexist_depth_3 () =
  Sys.opaque_identity (Printexc.raw_backtrace_to_string (Printexc.get_callstack 32))

let[@inline never] coexist_depth_2 () = Sys.opaque_identity (coexist_depth_3 ())
let[@inline never] coexist_depth_1 () = Sys.opaque_identity (coexist_depth_2 ())

let counter = ref 0

let state () =
  incr counter;
  !counter

let () =
  Callback.register "sample version" version;
  Callback.register "sample callback" callback;
  Callback.register "sample call" call;
  Callback.register "sample churn" churn;
  Callback.register "sample raise" raise_error;
  Callback.register "sample overflow" overflow;
  Callback.register "sample spawn" spawn;
  Callback.register "sample spin" spin;
  Callback.register "sample backtrace" coexist_depth_1;
  Callback.register "sample state" state
