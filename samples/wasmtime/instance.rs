// SPDX-License-Identifier: MIT OR Apache-2.0
//! The compiled module, and each thread's instance of it. A store must not be entered by two threads
//! at once, so that each thread has one, made when it first needs it.

use crate::imports;
use std::cell::{Cell, RefCell};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use wasmtime::{
    AsContextMut, Caller, Config, Engine, Error, Instance, InstancePre, Linker, MemoryType, Module, Result,
    SharedMemory, Store, StoreContextMut, WasmParams, WasmResults,
};

/// A store's own data: its instance.
pub type Data = Option<Instance>;

static MODULE: Mutex<Option<InstancePre<Data>>> = Mutex::new(None);

thread_local! {
    static STORE: RefCell<Option<Store<Data>>> = const { RefCell::new(None) };
    /// Of the import that was called last and has not returned, if any: its caller's store.
    static CALLER: Cell<Option<NonNull<StoreContextMut<'static, Data>>>> = const { Cell::new(None) };
}

/// Compiles the module, unless it is compiled already.
pub fn compile() -> Result<()> {
    let mut module = MODULE.lock().unwrap_or_else(PoisonError::into_inner);
    if module.is_none() {
        let mut config = Config::new();
        config.shared_memory(true);
        let engine = Engine::new(&config)?;
        let mut linker = Linker::new(&engine);
        imports::define(&mut linker)?;
        let shared = SharedMemory::new(&engine, MemoryType::shared(1, 1))?;
        linker.define(Store::new(&engine, None), "host", "shared", shared)?;
        *module = Some(linker.instantiate_pre(&Module::new(&engine, include_str!("module.wat"))?)?);
    }
    Ok(())
}

/// Forgets the module. What still runs keeps it until it ends.
pub fn forget() {
    *MODULE.lock().unwrap_or_else(PoisonError::into_inner) = None;
}

fn instantiate() -> Result<Store<Data>> {
    let module = MODULE.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let module = module.ok_or_else(|| Error::msg("not started"))?;
    let mut store = Store::new(module.module().engine(), None);
    let instance = module.instantiate(&mut store)?;
    *store.data_mut() = Some(instance);
    Ok(store)
}

/// Makes the calling thread's instance, unless it has one.
pub fn attach() -> Result<()> {
    if CALLER.get().is_none() && STORE.with_borrow(Option::is_none) {
        STORE.set(Some(instantiate()?));
    }
    Ok(())
}

/// Drops the calling thread's instance, unless the thread is in it.
pub fn detach() {
    if CALLER.get().is_none() {
        STORE.take();
    }
}

/// Calls an export of the calling thread's instance.
pub fn call<P: WasmParams, R: WasmResults>(name: &str, params: P) -> Result<R> {
    if let Some(mut caller) = CALLER.get() {
        // SAFETY: it lives until `outside` returns, and that, which is below on this stack, waits.
        return call_in(unsafe { caller.as_mut() }.as_context_mut(), name, params);
    }
    attach()?;
    STORE.with_borrow_mut(|store| match store {
        Some(store) => call_in(store.as_context_mut(), name, params),
        None => Err(Error::msg("no instance")),
    })
}

fn call_in<P: WasmParams, R: WasmResults>(mut store: StoreContextMut<'_, Data>, name: &str, params: P) -> Result<R> {
    let instance = store.data().ok_or_else(|| Error::msg("no instance"))?;
    instance.get_typed_func::<P, R>(&mut store, name)?.call(&mut store, params)
}

/// Lets an import do what may call the module again.
pub fn outside<R>(caller: &mut Caller<'_, Data>, work: impl FnOnce() -> R) -> R {
    let mut store = caller.as_context_mut();
    let before = CALLER.replace(Some(NonNull::from(&mut store).cast()));
    let result = work();
    CALLER.set(before);
    result
}

/// What WASI calls thread-spawn: a thread with an instance of its own. Its number, from 1.
pub fn start_thread(task: i32) -> Result<i32> {
    static THREADS: AtomicI32 = AtomicI32::new(1);
    let number = THREADS.fetch_add(1, Ordering::Relaxed);
    let store = instantiate()?;
    thread::Builder::new().spawn(move || {
        STORE.set(Some(store));
        if let Err(error) = call::<_, ()>("wasi_thread_start", (number, task)) {
            eprintln!("{error:?}");
        }
    })?;
    Ok(number)
}
