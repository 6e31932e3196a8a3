# SPDX-License-Identifier: MIT OR Apache-2.0
## The Nim sample's eager flavour: a program's main is what stands outermost in its main module.

import sample

proc test(name: cstring, back: proc () {.cdecl.}) {.importc: "coexist_test".}

echo "Main, calling c"
test("nim", callback)
