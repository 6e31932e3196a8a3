# SPDX-License-Identifier: MIT OR Apache-2.0
## The Nim sample's dual flavour: the library as a program.

import eager
import std/strutils

proc base(): pointer {.importc: "coexist_entry_base".}

proc program(argc: cint, argv: cstringArray): cint {.exportc: "sample_program".} =
  # A library of Nim has no paramStr.
  let arguments = argv.cstringArrayToSeq(argc)
  var i = 1
  while i < arguments.len:
    if arguments[i] == "--exit" and i + 1 < arguments.len:
      inc i
      result = cint(arguments[i].parseInt)
    elif arguments[i] == "--where":
      echo "loaded at 0x", cast[int](base()).toHex
    else:
      echo "argument: ", arguments[i]
    inc i
