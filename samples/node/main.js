// SPDX-License-Identifier: MIT OR Apache-2.0
// The Node sample. `emit`, `live`, `apply`, `turn` and `test` are the shim's; 64-bit numbers are BigInts. A worker runs
// this file, too: it shares the memory of the counter, and does a task first of all.
"use strict";

const { Worker, workerData } = require("worker_threads");
const { emit, live, apply, turn, test, register, source } = process._linkedBinding("coexist");

const WORDS = 256, BLOCKS_PER_MIB = 1024, LIVE_EVERY = 16, REPORTED = 8;
const counter = workerData?.counter ?? new Int32Array(new SharedArrayBuffer(4));

function version() {
    return `node ${process.version}`;
}

function callback() {
    console.log("Node callback!");
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
            gc();
    }
    gc();
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
        super("raised by the Node sample");
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
        return error instanceof RangeError ? 0 : 1;
    }
}

function newWorker(task) {
    return new Worker(source, { eval: true, workerData: { counter, ...task } });
}

function spawn(fn, arg) {
    const result = new BigInt64Array(new SharedArrayBuffer(8)).fill(-1n);
    let running = true;
    newWorker({ fn, arg, result }).on("exit", () => running = false);
    while (running)
        turn();
    return result[0];
}

function spin(n) {
    for (; n > 0n; n--)
        newWorker({ busy: true }).unref();
    return 0;
}

function clock(n) {
    let last = 0n;
    for (; n > 0n; n--)
        last = process.hrtime.bigint();
    return last;
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
    console.log("Main, calling c");
    test("node");
}

register({ version, callback, call, churn, raise, fault, overflow, spawn, spin, clock, coexist_depth_1, state, main });

if (workerData?.result)
    workerData.result[0] = apply(workerData.fn, workerData.arg);
for (let round = 0; workerData?.busy;)
    round++;
