--  SPDX-License-Identifier: MIT OR Apache-2.0

with Ada.Exceptions;
with Ada.Real_Time;
with Ada.Text_IO;
with Ada.Unchecked_Deallocation;
with GNAT.Threads;
with GNAT.Traceback;
with GNAT.Traceback.Symbolic;

package body Sample is

   Blocks_Per_Mib : constant := 1024;
   Live_Every     : constant := 16;
   Reported       : constant := 8;

   type Block is array (1 .. 256) of Unsigned_32;
   type Block_Access is access Block;
   type Block_List is array (Natural range <>) of Block_Access;
   type List_Access is access Block_List;

   procedure Free is new Ada.Unchecked_Deallocation (Block, Block_Access);
   procedure Free is new Ada.Unchecked_Deallocation (Block_List, List_Access);

   The_Host : Host_Access with Atomic;

   protected Counter is
      procedure Next (Number : out Integer_64);
   private
      Last : Integer_64 := 0;
   end Counter;

   protected body Counter is
      procedure Next (Number : out Integer_64) is
      begin
         Last   := Last + 1;
         Number := Last;
      end Next;
   end Counter;

   procedure Set_Host (To : Host_Access) is
   begin
      The_Host := To;
   end Set_Host;

   procedure Callback is
      To : constant Host_Access := The_Host;
   begin
      Ada.Text_IO.Put_Line ("Ada callback!");
      if To /= null then
         To.Emit (To, To_C ("callback"), 0);
      end if;
   end Callback;

   function Call (Fn : C_Function; Arg : Address) return Integer_64 is (Fn (Arg));

   function Churn (Mib, Seed : Unsigned_32; Sum : out Unsigned_64) return int is
      Blocks : constant Unsigned_32 := Mib * Blocks_Per_Mib;
      Lives  : constant Natural     := Natural (Blocks / Live_Every);
      Living : List_Access          := new Block_List (0 .. Lives - 1);
      One    : Block_Access;
      To     : constant Host_Access := The_Host;
   begin
      if Blocks > 0 then
         for I in 0 .. Blocks - 1 loop
            One := new Block'(others => Seed + I * 2_654_435_761);
            if I mod Live_Every = 0 then
               Living (Natural (I / Live_Every)) := One;
            else
               Free (One);
            end if;
         end loop;
      end if;
      Sum := 0;
      for Alive of Living.all loop
         for Word of Alive.all loop
            Sum := Sum + Unsigned_64 (Word);
         end loop;
      end loop;
      if To /= null and then Lives > 0 then
         for I in 0 .. Reported - 1 loop
            To.Live (To, Living (I * Lives / Reported).all'Address, Block'Size / 8);
         end loop;
      end if;
      for Alive of Living.all loop
         Free (Alive);
      end loop;
      Free (Living);
      return 0;
   exception
      when Storage_Error =>
         return 1;
   end Churn;

   Raised : exception;

   --  An Ada exception carries a text and nothing else.
   procedure Throw (Payload : Integer_64) with No_Inline is
   begin
      raise Raised with Payload'Image;
   end Throw;

   procedure Risky (Payload : Integer_64) with No_Inline is
      Unwound : Block_Access := new Block'(others => 1);
   begin
      Throw (Payload);
      Free (Unwound);
   exception
      when others =>
         Free (Unwound);
         raise;
   end Risky;

   function Raise_Error (Payload : Integer_64) return Integer_64 is
   begin
      Risky (Payload);
      return -1 - Payload;
   exception
      when Error : Raised =>
         return Integer_64'Value (Ada.Exceptions.Exception_Message (Error));
   end Raise_Error;

   --  Without the check that the compiler would insert the processor finds the null.
   function Read (From : Block_Access) return Unsigned_32 with No_Inline is
      pragma Suppress (Access_Check);
   begin
      return From (1);
   end Read;

   function Fault return int is
      Word : Unsigned_32 with Volatile;
   begin
      Word := Read (null);
      return 1;
   exception
      when Constraint_Error | Storage_Error =>
         return 0;
   end Fault;

   type Step is access function (Depth : Unsigned_32) return Unsigned_32;

   function Deeper (Depth : Unsigned_32) return Unsigned_32;

   --  A compiler that sees what is called finds that it raises nothing.
   Next : Step := Deeper'Access with Volatile;

   function Deeper (Depth : Unsigned_32) return Unsigned_32 is
      Frame : Block with Volatile;
   begin
      Frame (1) := Depth;
      return Frame (1) + Next (Depth + 1);
   end Deeper;

   function Overflow return int is
      Depth : Unsigned_32 with Volatile;
   begin
      Depth := Next (0);
      return 1;
   exception
      when Storage_Error =>
         return 0;
   end Overflow;

   function Spawn (Fn : C_Function; Arg : Address) return Integer_64 is
      Result : Integer_64 := -1;
   begin
      declare
         task Worker;
         task body Worker is
         begin
            Result := Fn (Arg);
         end Worker;
      begin
         null; -- The block ends when the task has.
      end;
      return Result;
   end Spawn;

   function Attach return int is
     (if GNAT.Threads.Register_Thread = Null_Address then 1 else 0);

   function Detach return int is
   begin
      GNAT.Threads.Unregister_Thread;
      return 0;
   end Detach;

   task type Busy;
   type Busy_Access is access Busy;

   task body Busy is
      Round : Unsigned_32 := 0 with Volatile;
   begin
      loop
         Round := Round + 1;
      end loop;
   end Busy;

   function Spin (N : Unsigned_32) return int is
      One : Busy_Access;
   begin
      for I in 1 .. N loop
         One := new Busy;
      end loop;
      return 0;
   exception
      when Storage_Error | Tasking_Error =>
         return 1;
   end Spin;

   function Clock (N : Unsigned_32) return Integer_64 is
      use Ada.Real_Time;
      Now     : Time := Time_First;
      Seconds : Seconds_Count;
      Rest    : Time_Span;
   begin
      for I in 1 .. N loop
         Now := Ada.Real_Time.Clock;
      end loop;
      Split (Now, Seconds, Rest);
      return Integer_64 (Seconds) * 1_000_000_000 + Integer_64 (Rest / Nanoseconds (1));
   end Clock;

   function Coexist_Depth_3 return String with No_Inline is
      Chain : GNAT.Traceback.Tracebacks_Array (1 .. 32);
      Last  : Natural;
   begin
      GNAT.Traceback.Call_Chain (Chain, Last);
      return GNAT.Traceback.Symbolic.Symbolic_Traceback (Chain (1 .. Last));
   end Coexist_Depth_3;

   function Coexist_Depth_2 return String with No_Inline is
      Text : constant String := Coexist_Depth_3;
   begin
      return Text;
   end Coexist_Depth_2;

   function Coexist_Depth_1 return String with No_Inline is
      Text : constant String := Coexist_Depth_2;
   begin
      return Text;
   end Coexist_Depth_1;

   function Backtrace (Buf : Address; Len : size_t) return size_t is
   begin
      if Len = 0 then
         return 0;
      end if;
      declare
         Text    : constant String := Coexist_Depth_1;
         Written : constant Natural := Natural'Min (Text'Length, Natural (Len - 1));
         To      : String (1 .. Written + 1) with Import, Address => Buf;
      begin
         To := Text (Text'First .. Text'First + Written - 1) & ASCII.NUL;
         return size_t (Written);
      end;
   end Backtrace;

   function State return Integer_64 is
      Number : Integer_64;
   begin
      Counter.Next (Number);
      return Number;
   end State;

end Sample;
