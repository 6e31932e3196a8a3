// SPDX-License-Identifier: MIT OR Apache-2.0
//! `coexist_runtime.h` in Rust.

use std::ffi::{c_char, c_int, c_void};

pub const ABI: u32 = 1;

#[repr(C)]
pub struct Host {
    pub abi: u32,
    pub size: u32,
    pub own: *mut c_void,
    pub emit: extern "C" fn(*const Host, *const c_char, i64),
    pub live: extern "C" fn(*const Host, *const c_void, usize),
}

pub type Function = extern "C" fn(*mut c_void) -> i64;

#[repr(C)]
pub struct Runtime {
    pub abi: u32,
    pub size: u32,
    pub id: *const c_char,
    pub title: *const c_char,
    pub version: Option<extern "C" fn() -> *const c_char>,
    pub start: Option<extern "C" fn(*const Host) -> c_int>,
    pub stop: Option<extern "C" fn() -> c_int>,
    pub callback: Option<extern "C" fn()>,
    pub call: Option<extern "C" fn(Function, *mut c_void) -> i64>,
    pub churn: Option<unsafe extern "C" fn(u32, u32, *mut u64) -> c_int>,
    pub raise: Option<extern "C" fn(i64) -> i64>,
    pub fault: Option<extern "C" fn() -> c_int>,
    pub overflow: Option<extern "C" fn() -> c_int>,
    pub spawn: Option<extern "C" fn(Function, *mut c_void) -> i64>,
    pub attach: Option<extern "C" fn() -> c_int>,
    pub detach: Option<extern "C" fn() -> c_int>,
    pub spin: Option<extern "C" fn(u32) -> c_int>,
    pub clock: Option<extern "C" fn(u32) -> i64>,
    pub backtrace: Option<unsafe extern "C" fn(*mut c_char, usize) -> usize>,
    pub state: Option<extern "C" fn() -> i64>,
}

// SAFETY: the pointers in it lead to constants.
unsafe impl Sync for Runtime {}
