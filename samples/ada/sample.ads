--  SPDX-License-Identifier: MIT OR Apache-2.0
--  The Ada sample: the contract by the language and its library.

with Interfaces;   use Interfaces;
with Interfaces.C; use Interfaces.C;
with System;       use System;

package Sample is

   type Host;
   type Host_Access is access constant Host with Convention => C;
   type Emit_Access is access procedure (To : Host_Access; What : char_array; Value : Integer_64)
   with Convention => C;
   type Live_Access is access procedure (To : Host_Access; Block : Address; Size : size_t)
   with Convention => C;

   type Host is record
      Abi, Size : Unsigned_32;
      Self      : Address;
      Emit      : Emit_Access;
      Live      : Live_Access;
   end record
   with Convention => C;

   type C_Function is access function (Arg : Address) return Integer_64 with Convention => C;

   procedure Set_Host (To : Host_Access)
   with Export, Convention => C, External_Name => "sample_set_host";
   procedure Callback
   with Export, Convention => C, External_Name => "sample_callback";
   function Call (Fn : C_Function; Arg : Address) return Integer_64
   with Export, Convention => C, External_Name => "sample_call";
   function Churn (Mib, Seed : Unsigned_32; Sum : out Unsigned_64) return int
   with Export, Convention => C, External_Name => "sample_churn";
   function Raise_Error (Payload : Integer_64) return Integer_64
   with Export, Convention => C, External_Name => "sample_raise";
   function Fault return int
   with Export, Convention => C, External_Name => "sample_fault";
   function Overflow return int
   with Export, Convention => C, External_Name => "sample_overflow";
   function Spawn (Fn : C_Function; Arg : Address) return Integer_64
   with Export, Convention => C, External_Name => "sample_spawn";
   function Attach return int
   with Export, Convention => C, External_Name => "sample_attach";
   function Detach return int
   with Export, Convention => C, External_Name => "sample_detach";
   function Spin (N : Unsigned_32) return int
   with Export, Convention => C, External_Name => "sample_spin";
   function Clock (N : Unsigned_32) return Integer_64
   with Export, Convention => C, External_Name => "sample_clock";
   function Backtrace (Buf : Address; Len : size_t) return size_t
   with Export, Convention => C, External_Name => "sample_backtrace";
   function State return Integer_64
   with Export, Convention => C, External_Name => "sample_state";

end Sample;
