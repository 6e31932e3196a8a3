// SPDX-License-Identifier: MIT OR Apache-2.0
//! The wasmtime sample's table. module.wat does the work.

mod contract;
#[cfg(eager)]
mod eager;
mod imports;
mod instance;

use contract::{ABI, Function, Host, Runtime};
use std::ffi::{CString, c_char, c_int, c_void};
use std::ptr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicPtr, Ordering};
use wasmtime::{Result, WasmParams, WasmResults};

static HOST: AtomicPtr<Host> = AtomicPtr::new(ptr::null_mut());

static RUNTIME: Runtime = Runtime {
    abi: ABI,
    size: size_of::<Runtime>() as u32,
    id: c"wasmtime".as_ptr(),
    title: c"Wasm".as_ptr(),
    version: Some(version),
    start: Some(start),
    stop: Some(stop),
    callback: Some(callback),
    call: Some(call),
    churn: Some(churn),
    raise: Some(raise),
    fault: Some(fault),
    overflow: Some(overflow),
    spawn: Some(spawn),
    attach: Some(attach),
    detach: Some(detach),
    spin: Some(spin),
    clock: Some(clock),
    backtrace: Some(backtrace),
    state: Some(state),
};

#[unsafe(no_mangle)]
extern "C" fn coexist_runtime_wasmtime() -> *const Runtime {
    &RUNTIME
}

fn host() -> Option<&'static Host> {
    // SAFETY: null, or an interface that the host keeps until the process ends.
    unsafe { HOST.load(Ordering::Acquire).as_ref() }
}

fn told<R>(result: Result<R>) -> Option<R> {
    result.inspect_err(|error| eprintln!("{error:?}")).ok()
}

/// Calls an export of the module.
fn enter<P: WasmParams, R: WasmResults>(name: &str, params: P) -> Option<R> {
    told(instance::call(name, params))
}

extern "C" fn version() -> *const c_char {
    static TEXT: OnceLock<CString> = OnceLock::new();
    // The engine tells its full version by this constant only.
    let text = || CString::new(format!("wasmtime {}", wasmtime_environ::VERSION)).unwrap_or_default();
    TEXT.get_or_init(text).as_ptr()
}

extern "C" fn start(host: *const Host) -> c_int {
    HOST.store(host.cast_mut(), Ordering::Release);
    told(instance::compile().and_then(|()| instance::attach())).map_or(1, |()| 0)
}

extern "C" fn stop() -> c_int {
    instance::detach();
    instance::forget();
    0
}

extern "C" fn callback() {
    enter::<_, ()>("callback", ());
}

extern "C" fn call(function: Function, arg: *mut c_void) -> i64 {
    enter("call", (function as usize as i64, arg as i64)).unwrap_or(-1)
}

unsafe extern "C" fn churn(mib: u32, seed: u32, sum: *mut u64) -> c_int {
    let Some(total) = enter::<_, i64>("churn", (mib as i32, seed as i32)) else { return 1 };
    // SAFETY: the contract gives a valid pointer.
    unsafe { sum.write(total as u64) };
    0
}

extern "C" fn raise(payload: i64) -> i64 {
    enter("raise", payload).unwrap_or(!payload)
}

extern "C" fn fault() -> c_int {
    enter("fault", ()).unwrap_or(-1)
}

extern "C" fn overflow() -> c_int {
    enter("overflow", ()).unwrap_or(-1)
}

extern "C" fn spawn(function: Function, arg: *mut c_void) -> i64 {
    enter("spawn", (function as usize as i64, arg as i64)).unwrap_or(-1)
}

extern "C" fn attach() -> c_int {
    told(instance::attach()).map_or(1, |()| 0)
}

extern "C" fn detach() -> c_int {
    instance::detach();
    0
}

extern "C" fn spin(n: u32) -> c_int {
    enter("spin", n as i32).unwrap_or(-1)
}

extern "C" fn clock(n: u32) -> i64 {
    enter("clock", n as i32).unwrap_or(-1)
}

extern "C" fn backtrace(buf: *mut c_char, len: usize) -> usize {
    enter::<_, i64>("backtrace", (buf as i64, len as i64)).unwrap_or(0) as usize
}

extern "C" fn state() -> i64 {
    enter("state", ()).unwrap_or(-1)
}
