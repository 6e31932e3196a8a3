// SPDX-License-Identifier: MIT OR Apache-2.0
//! The Rust sample's eager flavour: its own main runs at DT_INIT time, before the program's.

use crate::contract::Host;
use crate::{callback, start};
use std::arch::global_asm;
use std::ffi::c_char;

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
    ".hidden coexist_rust_early_host",
    ".globl coexist_rust_early_host",
    "coexist_rust_early_host:",
    ".quad coexist_early_host",
    ".popsection",
);

unsafe extern "C" {
    safe static coexist_rust_early_host: Option<extern "C" fn(*const c_char) -> *const Host>;
}

#[used]
#[unsafe(link_section = ".init_array")]
static RUN_MAIN: extern "C" fn() = run_main;

extern "C" fn run_main() {
    if let Some(early_host) = coexist_rust_early_host {
        start(early_host(c"rust".as_ptr()));
    }
    main();
}

fn main() {
    println!("Main, calling c");
    // SAFETY: the name is a constant, and `callback` may be called at any time.
    unsafe { coexist_test(c"rust".as_ptr(), callback) };
}
