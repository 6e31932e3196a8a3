// SPDX-License-Identifier: MIT OR Apache-2.0
//! The Rust sample: the contract by the language and std.

mod contract;
#[cfg(dual)]
mod dual;
#[cfg(eager)]
mod eager;

use contract::{ABI, Function, Host, Runtime};
use std::backtrace::Backtrace;
use std::ffi::{CString, c_char, c_int, c_void};
use std::hint::black_box;
use std::panic;
use std::ptr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicI64, AtomicPtr, Ordering};
use std::thread;
use std::time::Instant;

const BLOCKS_PER_MIB: u32 = 1024;
const LIVE_EVERY: u32 = 16;
const REPORTED: usize = 8;

type Block = [u32; 256];

static HOST: AtomicPtr<Host> = AtomicPtr::new(ptr::null_mut());
static COUNTER: AtomicI64 = AtomicI64::new(0);

static RUNTIME: Runtime = Runtime {
    abi: ABI,
    size: size_of::<Runtime>() as u32,
    id: c"rust".as_ptr(),
    title: c"Rust".as_ptr(),
    version: Some(version),
    start: Some(start),
    stop: None,
    callback: Some(callback),
    call: Some(call),
    churn: Some(churn),
    raise: Some(raise),
    fault: None,
    overflow: None,
    spawn: Some(spawn),
    attach: None,
    detach: None,
    spin: Some(spin),
    clock: Some(clock),
    backtrace: Some(backtrace),
    state: Some(state),
};

#[unsafe(no_mangle)]
extern "C" fn coexist_runtime_rust() -> *const Runtime {
    &RUNTIME
}

fn host() -> Option<&'static Host> {
    // SAFETY: null, or an interface that the host keeps until the process ends.
    unsafe { HOST.load(Ordering::Acquire).as_ref() }
}

extern "C" fn version() -> *const c_char {
    static TEXT: OnceLock<CString> = OnceLock::new();
    let text = include_str!("version.txt").trim();
    TEXT.get_or_init(|| CString::new(text).unwrap_or_default()).as_ptr()
}

extern "C" fn start(host: *const Host) -> c_int {
    HOST.store(host.cast_mut(), Ordering::Release);
    0
}

extern "C" fn callback() {
    println!("Rust callback!");
    if let Some(host) = host() {
        (host.emit)(host, c"callback".as_ptr(), 0);
    }
}

extern "C" fn call(function: Function, arg: *mut c_void) -> i64 {
    function(arg)
}

unsafe extern "C" fn churn(mib: u32, seed: u32, sum: *mut u64) -> c_int {
    let mut living: Vec<Box<Block>> = Vec::new();
    for i in 0..mib * BLOCKS_PER_MIB {
        let word = seed.wrapping_add(i.wrapping_mul(2654435761));
        // Or the compiler drops the blocks that nobody reads.
        let block: Box<Block> = black_box(Box::new([word; 256]));
        if i % LIVE_EVERY == 0 {
            living.push(block);
        }
    }
    let total = living.iter().flat_map(|block| block.iter()).map(|&word| u64::from(word)).sum();
    // SAFETY: the contract gives a valid pointer.
    unsafe { sum.write(total) };
    if let Some(host) = host() {
        for i in 0..REPORTED.min(living.len()) {
            let block: *const Block = &*living[i * living.len() / REPORTED];
            (host.live)(host, block.cast(), size_of::<Block>());
        }
    }
    0
}

struct Raised {
    payload: i64,
}

#[inline(never)]
fn throw(payload: i64) -> i64 {
    // A panic like any other, but without the hook, which would write a message to stderr.
    panic::resume_unwind(Box::new(Raised { payload }))
}

#[inline(never)]
fn risky(payload: i64) -> i64 {
    let unwound = Box::new(payload);
    throw(*unwound) + *unwound
}

extern "C" fn raise(payload: i64) -> i64 {
    match panic::catch_unwind(|| risky(payload)) {
        Err(error) => error.downcast_ref::<Raised>().map_or(!payload, |raised| raised.payload),
        Ok(_) => !payload,
    }
}

struct Task(Function, *mut c_void);

// SAFETY: the host says with spawn that another thread may have the argument.
unsafe impl Send for Task {}

impl Task {
    fn run(self) -> i64 {
        (self.0)(self.1)
    }
}

extern "C" fn spawn(function: Function, arg: *mut c_void) -> i64 {
    let task = Task(function, arg);
    let made = thread::Builder::new().spawn(move || task.run());
    made.map_or(-1, |thread| thread.join().unwrap_or(-1))
}

extern "C" fn spin(n: u32) -> c_int {
    for _ in 0..n {
        let busy = || {
            let mut round = 0u32;
            loop {
                round = black_box(round.wrapping_add(1));
            }
        };
        if let Err(error) = thread::Builder::new().spawn(busy) {
            return error.raw_os_error().unwrap_or(-1);
        }
    }
    0
}

extern "C" fn clock(n: u32) -> i64 {
    // An Instant is opaque: nanoseconds count from the first one of this library.
    static FIRST: OnceLock<Instant> = OnceLock::new();
    let first = FIRST.get_or_init(Instant::now);
    (0..n).fold(0, |_, _| Instant::now().duration_since(*first).as_nanos() as i64)
}

#[inline(never)]
fn coexist_depth_1() -> String {
    black_box(coexist_depth_2())
}

#[inline(never)]
fn coexist_depth_2() -> String {
    black_box(coexist_depth_3())
}

#[inline(never)]
fn coexist_depth_3() -> String {
    black_box(Backtrace::force_capture().to_string())
}

unsafe extern "C" fn backtrace(buf: *mut c_char, len: usize) -> usize {
    let text = coexist_depth_1();
    let written = text.len().min(len.saturating_sub(1));
    if len > 0 {
        // SAFETY: the host gives `len` bytes at `buf`, of which `written + 1` are used.
        unsafe {
            ptr::copy_nonoverlapping(text.as_ptr().cast(), buf, written);
            buf.add(written).write(0);
        }
    }
    written
}

extern "C" fn state() -> i64 {
    COUNTER.fetch_add(1, Ordering::Relaxed) + 1
}
