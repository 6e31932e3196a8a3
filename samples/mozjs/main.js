// SPDX-License-Identifier: MIT OR Apache-2.0
// The SpiderMonkey sample. `print`, `emit`, `live`, `collect`, `apply` and `test` are the shim's; 64-bit numbers are
// BigInts. Each thread runs this in a context of its own. They share the memory of the counter only, which `share`
// hands on.
"use strict";

const WORDS = 256, BLOCKS_PER_MIB = 1024, LIVE_EVERY = 16, REPORTED = 8;
let counter = new Int32Array(new SharedArrayBuffer(4));

function share(other) {
    if (other)
        counter = other;
    return counter;
}

function callback() {
    print("SpiderMonkey callback!");
    emit("callback", 0);
}

function call(fn, arg) {
    return apply(fn, arg);
}

function newBlock(word) {
    return new Uint32Array(WORDS).fill(word);
}

function churn(mib, seed) {
    const blocks = Number(mib) * BLOCKS_PER_MIB, living = [];
    for (let i = 0; i < blocks; i++) {
        const block = newBlock((Number(seed) + i * 2654435761) % 4294967296);
        if (i % LIVE_EVERY === 0)
            living.push(block);
        if (i === blocks / 2)
            collect();
    }
    collect();
    let sum = 0;
    for (const block of living)
        for (const word of block)
            sum += word;
    for (let i = 0; i < REPORTED && living.length > 0; i++)
        live(living[Math.floor(i * living.length / REPORTED)]);
    return sum;
}

class SampleError extends Error {
    constructor(payload) {
        super("raised by the SpiderMonkey sample");
        this.payload = payload;
    }
}

function throwError(payload) {
    throw new SampleError(payload);
}

function risky(payload) {
    throwError(payload);
}

function raise(payload) {
    try {
        risky(payload);
    } catch (error) {
        if (error instanceof SampleError)
            return error.payload;
        throw error;
    }
}

// (module (memory 0) (func (export "read") (param i32) (result i32) (i32.load (local.get 0)))): address 0 of a memory
// without pages is not mapped, and nothing but the processor checks it.
const NULL_READER = Uint8Array.of(
    0, 97, 115, 109, 1, 0, 0, 0, 1, 6, 1, 96, 1, 127, 1, 127, 3, 2, 1, 0, 5, 3, 1, 0, 0, 7, 8, 1, 4, 114, 101, 97, 100,
    0, 0, 10, 9, 1, 7, 0, 32, 0, 40, 2, 0, 11);

function fault() {
    const instance = new WebAssembly.Instance(new WebAssembly.Module(NULL_READER));
    try {
        return instance.exports.read(0) + 1;
    } catch (error) {
        return error instanceof WebAssembly.RuntimeError ? 0 : 1;
    }
}

function descend(level) {
    return 1 + descend(level + 1);
}

function overflow() {
    try {
        return descend(0);
    } catch (error) {
        return error instanceof InternalError ? 0 : 1;
    }
}

function* task(fn, arg) {
    yield apply(fn, arg);
}

function spawn(fn, arg) {
    return task(fn, arg).next().value;
}

function coexist_depth_1() {
    return coexist_depth_2();
}

function coexist_depth_2() {
    return coexist_depth_3();
}

function coexist_depth_3() {
    return new Error("trace").stack;
}

function state() {
    return Atomics.add(counter, 0, 1) + 1;
}

function main() {
    print("Main, calling c");
    test("mozjs");
}
