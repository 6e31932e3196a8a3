--  SPDX-License-Identifier: MIT OR Apache-2.0

with Ada.Command_Line;        use Ada.Command_Line;
with Ada.Text_IO;             use Ada.Text_IO;
with System;                  use System;
with System.Address_Image;

function Dual return Integer is
   function Base return Address
   with Import, Convention => C, External_Name => "coexist_entry_base";

   Status : Integer := 0;
   I      : Positive := 1;
begin
   while I <= Argument_Count loop
      if Argument (I) = "--exit" and then I < Argument_Count then
         I      := I + 1;
         Status := Integer'Value (Argument (I));
      elsif Argument (I) = "--where" then
         Put_Line ("loaded at 0x" & System.Address_Image (Base));
      else
         Put_Line ("argument: " & Argument (I));
      end if;
      I := I + 1;
   end loop;
   return Status;
end Dual;
