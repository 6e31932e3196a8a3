// SPDX-License-Identifier: MIT OR Apache-2.0
//! What the module imports: as much of WASI as it needs, threads, and the host. It marshals.

use crate::contract::Function;
use crate::instance::{self, Data};
use std::ffi::{CStr, c_char, c_void};
use std::fs::File;
use std::io::{IoSlice, Write};
use std::mem::ManuallyDrop;
use std::os::fd::FromRawFd;
use std::sync::LazyLock;
use std::time::Instant;
use wasmtime::{Caller, Error, Extern, Func, Linker, Memory, Result, Trap, WasmBacktrace};

const WASI_SUCCESS: i32 = 0;
const WASI_EBADF: i32 = 8;
const WASI_EINVAL: i32 = 28;
const WASI_EIO: i32 = 29;
const WASI_MONOTONIC: i32 = 1;

/// WASI's monotonic clock starts wherever the embedder wants.
static BEGINNING: LazyLock<Instant> = LazyLock::new(Instant::now);

pub fn define(linker: &mut Linker<Data>) -> Result<()> {
    LazyLock::force(&BEGINNING);
    linker.func_wrap("wasi_snapshot_preview1", "fd_write", fd_write)?;
    linker.func_wrap("wasi_snapshot_preview1", "clock_time_get", clock_time_get)?;
    linker.func_wrap("wasi", "thread-spawn", |task: i32| instance::start_thread(task).unwrap_or(-1))?;
    linker.func_wrap("host", "emit", emit)?;
    linker.func_wrap("host", "apply", apply)?;
    linker.func_wrap("host", "attempt", attempt)?;
    linker.func_wrap("host", "collect", |mut caller: Caller<'_, Data>| caller.gc(None))?;
    linker.func_wrap("host", "backtrace", backtrace)?;
    linker.func_wrap("host", "test", test)?;
    Ok(())
}

fn memory(caller: &mut Caller<'_, Data>) -> Result<Memory> {
    caller.get_export("memory").and_then(Extern::into_memory).ok_or_else(|| Error::msg("no memory"))
}

fn bytes(data: &[u8], at: i32, length: usize) -> Result<&[u8]> {
    let at = at as u32 as usize;
    data.get(at..at.saturating_add(length)).ok_or_else(|| Trap::MemoryOutOfBounds.into())
}

fn number(data: &[u8], at: i32) -> Result<i32> {
    Ok(i32::from_le_bytes(bytes(data, at, 4)?.try_into()?))
}

fn fd_write(mut caller: Caller<'_, Data>, fd: i32, iovs: i32, count: i32, written: i32) -> Result<i32> {
    if !(1..=2).contains(&fd) {
        return Ok(WASI_EBADF);
    }
    let memory = memory(&mut caller)?;
    let data = memory.data(&caller);
    let mut slices = Vec::new();
    for i in 0..count {
        let at = iovs.wrapping_add(i.wrapping_mul(8));
        let length = number(data, at.wrapping_add(4))? as u32 as usize;
        slices.push(IoSlice::new(bytes(data, number(data, at)?, length)?));
    }
    // SAFETY: stdout and stderr are nobody's to close, and this does not.
    let mut file = ManuallyDrop::new(unsafe { File::from_raw_fd(fd) });
    match file.write_vectored(&slices) {
        Ok(length) => {
            memory.write(&mut caller, written as u32 as usize, &(length as u32).to_le_bytes())?;
            Ok(WASI_SUCCESS)
        }
        Err(_) => Ok(WASI_EIO),
    }
}

fn clock_time_get(mut caller: Caller<'_, Data>, id: i32, _precision: i64, time: i32) -> Result<i32> {
    if id != WASI_MONOTONIC {
        return Ok(WASI_EINVAL);
    }
    let now = BEGINNING.elapsed().as_nanos() as u64;
    memory(&mut caller)?.write(&mut caller, time as u32 as usize, &now.to_le_bytes())?;
    Ok(WASI_SUCCESS)
}

fn with_text<R>(caller: &mut Caller<'_, Data>, at: i32, work: impl FnOnce(&CStr) -> R) -> Result<R> {
    let memory = memory(caller)?;
    let text = memory.data(&*caller).get(at as u32 as usize..).unwrap_or_default();
    // A copy: the host may call the module, which may write there.
    let text = CStr::from_bytes_until_nul(text)?.to_owned();
    Ok(instance::outside(caller, || work(&text)))
}

fn emit(mut caller: Caller<'_, Data>, what: i32, value: i64) -> Result<()> {
    with_text(&mut caller, what, |what| {
        if let Some(host) = crate::host() {
            (host.emit)(host, what.as_ptr(), value);
        }
    })
}

fn apply(mut caller: Caller<'_, Data>, function: i64, arg: i64) -> i64 {
    // SAFETY: `call` and `spawn` made these numbers from a function and its argument.
    let function: Function = unsafe { std::mem::transmute(function as *const c_void) };
    instance::outside(&mut caller, || function(arg as *mut c_void))
}

/// Calls a function of the module; the number of the trap that ended it, or -1.
fn attempt(mut caller: Caller<'_, Data>, risky: Option<Func>) -> Result<i32> {
    let Some(risky) = risky else { return Ok(-1) };
    match risky.call(&mut caller, &[], &mut []) {
        Ok(()) => Ok(-1),
        Err(error) => error.downcast::<Trap>().map(|trap| trap as i32),
    }
}

fn backtrace(caller: Caller<'_, Data>, buf: i64, len: i64) -> i64 {
    let text = WasmBacktrace::force_capture(&caller).to_string();
    let (buf, len) = (buf as *mut c_char, len as usize);
    let written = text.len().min(len.saturating_sub(1));
    if len > 0 {
        // SAFETY: the host gives `len` bytes at `buf`, of which `written + 1` are used.
        unsafe {
            std::ptr::copy_nonoverlapping(text.as_ptr().cast(), buf, written);
            buf.add(written).write(0);
        }
    }
    written as i64
}

/// The C library that only the eager flavour is linked with.
fn test(mut caller: Caller<'_, Data>, name: i32) -> Result<()> {
    with_text(&mut caller, name, |name| {
        #[cfg(eager)]
        crate::eager::test(name);
        #[cfg(not(eager))]
        let _ = name;
    })
}
