--  SPDX-License-Identifier: MIT OR Apache-2.0
--  The Ada sample's dual flavour: the library as a program.

function Dual return Integer with Export, Convention => C, External_Name => "sample_program";
