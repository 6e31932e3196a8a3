// SPDX-License-Identifier: MIT OR Apache-2.0

//go:build eager

// The gccgo sample's eager flavour: its own main runs at DT_INIT time, before the program's.
package main

// #include "coexist_runtime.h"
// extern void goCallback(void);
import "C"

import "fmt"

var nameText = C.CString("gccgo")

func main() {
	fmt.Println("Main, calling cgo")
	C.coexist_test(nameText, (*[0]byte)(C.goCallback))
}

//export goMain
func goMain() {
	main()
}
