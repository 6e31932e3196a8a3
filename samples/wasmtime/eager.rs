// SPDX-License-Identifier: MIT OR Apache-2.0
//! The wasmtime sample's eager flavour: the module's main runs at DT_INIT time, before the program's.

use crate::contract::Host;
use crate::{callback, enter, start};
use std::arch::global_asm;
use std::ffi::{CStr, c_char};

#[link(name = "test")]
unsafe extern "C" {
    fn coexist_test(name: *const c_char, back: extern "C" fn());
}

// Rust has no weak references. dlsym would not do: without a reference from a library, a host that
// is linked with it does not export the function.
global_asm!(
    ".weak coexist_early_host",
    ".pushsection .data.rel.ro, \"aw\"",
    ".balign 8",
    ".hidden coexist_wasmtime_early_host",
    ".globl coexist_wasmtime_early_host",
    "coexist_wasmtime_early_host:",
    ".quad coexist_early_host",
    ".popsection",
);

unsafe extern "C" {
    safe static coexist_wasmtime_early_host: Option<extern "C" fn(*const c_char) -> *const Host>;
}

#[used]
#[unsafe(link_section = ".init_array")]
static RUN_MAIN: extern "C" fn() = run_main;

extern "C" fn run_main() {
    let host = coexist_wasmtime_early_host.map_or(std::ptr::null(), |find| find(c"wasmtime".as_ptr()));
    if start(host) == 0 {
        enter::<_, ()>("_start", ());
    }
}

pub fn test(name: &CStr) {
    // SAFETY: `callback` may be called at any time.
    unsafe { coexist_test(name.as_ptr(), callback) };
}
