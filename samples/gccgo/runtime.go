// SPDX-License-Identifier: MIT OR Apache-2.0

// The gccgo sample: the contract by the language and its standard library.
package main

// #include "shim.h"
import "C"

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"sync/atomic"
	"time"
	"unsafe"
)

const (
	blocksPerMib = 1024
	liveEvery    = 16
	reported     = 8
)

type block [256]uint32

var (
	host    uintptr
	counter int64

	versionText  = C.CString(runtime.Compiler + " " + runtime.Version())
	callbackText = C.CString("callback")
	firstReading = time.Now()
)

//export goVersion
func goVersion() *C.char {
	return versionText
}

//export goStart
func goStart(interfaceOfHost C.uintptr_t) C.int {
	atomic.StoreUintptr(&host, uintptr(interfaceOfHost))
	return 0
}

//export goCallback
func goCallback() {
	fmt.Println("Gccgo callback!")
	if to := C.uintptr_t(atomic.LoadUintptr(&host)); to != 0 {
		C.shim_emit(to, callbackText, 0)
	}
}

//export goCall
func goCall(fn, arg C.uintptr_t) C.int64_t {
	return C.shim_apply(fn, arg)
}

//export goChurn
func goChurn(mib, seed C.uint32_t) C.uint64_t {
	blocks := uint32(mib) * blocksPerMib
	var living []*block
	for i := uint32(0); i < blocks; i++ {
		b := new(block)
		for j := range b {
			b[j] = uint32(seed) + i*2654435761
		}
		if i%liveEvery == 0 {
			living = append(living, b)
		}
		if i == blocks/2 {
			runtime.GC()
		}
	}
	runtime.GC()
	var sum uint64
	for _, b := range living {
		for _, word := range b {
			sum += uint64(word)
		}
	}
	if to := C.uintptr_t(atomic.LoadUintptr(&host)); to != 0 {
		for i := 0; i < reported && len(living) > 0; i++ {
			b := living[i*len(living)/reported]
			C.shim_live(to, unsafe.Pointer(b), C.size_t(unsafe.Sizeof(*b)))
		}
	}
	runtime.KeepAlive(living)
	return C.uint64_t(sum)
}

type raised struct {
	payload int64
}

//go:noinline
func throw(payload int64) {
	panic(raised{payload})
}

//go:noinline
func risky(payload int64) {
	throw(payload)
}

//export goRaise
func goRaise(payload C.int64_t) (found C.int64_t) {
	found = ^payload
	defer func() {
		if caught, ok := recover().(raised); ok {
			found = C.int64_t(caught.payload)
		}
	}()
	risky(int64(payload))
	return
}

//go:noinline
func read(word *int) int {
	return *word
}

//export goFault
func goFault() (failed C.int) {
	failed = 1
	defer func() {
		if _, ok := recover().(runtime.Error); ok {
			failed = 0
		}
	}()
	read(nil)
	return
}

//export goSpawn
func goSpawn(fn, arg C.uintptr_t) C.int64_t {
	result := make(chan C.int64_t)
	go func() { result <- C.shim_apply(fn, arg) }()
	return <-result
}

//export goSpin
func goSpin(n C.uint32_t) C.int {
	for ; n > 0; n-- {
		go func() {
			for round := 0; ; round++ {
			}
		}()
	}
	return 0
}

//export goClock
func goClock(n C.uint32_t) C.int64_t {
	// A Time hides its monotonic reading: nanoseconds count from the first one of this library.
	var last time.Duration
	for ; n > 0; n-- {
		last = time.Since(firstReading)
	}
	return C.int64_t(last)
}

//go:noinline
func coexist_depth_1() []byte {
	return coexist_depth_2()
}

//go:noinline
func coexist_depth_2() []byte {
	return coexist_depth_3()
}

//go:noinline
func coexist_depth_3() []byte {
	return debug.Stack()
}

//export goBacktrace
func goBacktrace(buf *C.char, length C.size_t) C.size_t {
	if length == 0 {
		return 0
	}
	to := unsafe.Slice((*byte)(unsafe.Pointer(buf)), int(length))
	written := copy(to[:length-1], coexist_depth_1())
	to[written] = 0
	return C.size_t(written)
}

//export goState
func goState() C.int64_t {
	return C.int64_t(atomic.AddInt64(&counter, 1))
}
