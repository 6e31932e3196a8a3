--  SPDX-License-Identifier: MIT OR Apache-2.0
--  The Ada sample's eager flavour: its own main runs at DT_INIT time, before the program's.

procedure Eager with Export, Convention => C, External_Name => "sample_main";
