// SPDX-License-Identifier: MIT OR Apache-2.0
//! The Rust sample's dual flavour: the library as a program.

use std::arch::global_asm;
use std::ffi::{c_int, c_void};

unsafe extern "C" {
    safe fn coexist_entry_base() -> *const c_void;
}

// no_mangle would export the name from the library.
global_asm!(
    ".globl coexist_entry_main",
    ".hidden coexist_entry_main",
    "coexist_entry_main:",
    "jmp {program}",
    program = sym program,
);

extern "C" fn program() -> c_int {
    let mut status = 0;
    let mut arguments = std::env::args().skip(1).peekable();
    while let Some(argument) = arguments.next() {
        let number = arguments.peek().and_then(|next| next.parse().ok());
        match (argument.as_str(), number) {
            ("--exit", Some(number)) => {
                status = number;
                arguments.next();
            }
            ("--where", _) => println!("loaded at {:p}", coexist_entry_base()),
            _ => println!("argument: {argument}"),
        }
    }
    status
}
