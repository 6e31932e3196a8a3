// SPDX-License-Identifier: MIT OR Apache-2.0

//go:build !eager

package main

// A c-shared library needs a main that nobody calls.
func main() {}
