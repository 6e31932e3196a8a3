--  SPDX-License-Identifier: MIT OR Apache-2.0

with Ada.Text_IO;  use Ada.Text_IO;
with Interfaces.C; use Interfaces.C;
with Sample;

procedure Eager is
   type C_Procedure is access procedure with Convention => C;

   procedure Test (Name : char_array; Back : C_Procedure)
   with Import, Convention => C, External_Name => "coexist_test";
begin
   Put_Line ("Main, calling c");
   Test (To_C ("ada"), Sample.Callback'Access);
   --  Whoever comes next may write past stdio, and stdout may be a pipe.
   Flush;
end Eager;
