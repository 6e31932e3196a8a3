// SPDX-License-Identifier: MIT OR Apache-2.0

//go:build dual

// The gccgo sample's dual flavour: the library as a program.
package main

// #include <stdint.h>
// extern const void *coexist_entry_base(void);
import "C"

import (
	"fmt"
	"os"
	"strconv"
)

//export goProgram
func goProgram() C.int {
	status := 0
	for i := 1; i < len(os.Args); i++ {
		switch {
		case os.Args[i] == "--exit" && i+1 < len(os.Args):
			i++
			status, _ = strconv.Atoi(os.Args[i])
		case os.Args[i] == "--where":
			fmt.Printf("loaded at %p\n", C.coexist_entry_base())
		default:
			fmt.Printf("argument: %s\n", os.Args[i])
		}
	}
	return C.int(status)
}
