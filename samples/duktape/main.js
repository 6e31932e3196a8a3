// SPDX-License-Identifier: MIT OR Apache-2.0
// The Duktape sample. `print`, `emit`, `live`, `apply` and `test` are the shim's; 64-bit numbers, which JavaScript's
// numbers cannot hold, are Duktape's pointer values.
"use strict";

var WORDS = 256, BLOCKS_PER_MIB = 1024, LIVE_EVERY = 16, REPORTED = 8;
var counter = 0;

function version() {
    var number = Duktape.version;
    return "duktape " + Math.floor(number / 10000) + "." + Math.floor(number / 100) % 100 + "." + number % 100;
}

function callback() {
    print("Duktape callback!");
    emit("callback", 0);
}

function call(fn, arg) {
    return apply(fn, arg);
}

function newBlock(word) {
    var block = new Uint32Array(WORDS);
    for (var i = 0; i < WORDS; i++)
        block[i] = word;
    return block;
}

function churn(mib, seed) {
    var blocks = mib * BLOCKS_PER_MIB, living = [];
    for (var i = 0; i < blocks; i++) {
        var block = newBlock((seed + i * 2654435761) % 4294967296);
        if (i % LIVE_EVERY === 0)
            living.push(block);
        if (i === blocks / 2)
            Duktape.gc();
    }
    Duktape.gc();
    var sum = 0;
    living.forEach(function (one) {
        for (var i = 0; i < WORDS; i++)
            sum += one[i];
    });
    for (i = 0; i < REPORTED && living.length > 0; i++)
        live(living[Math.floor(i * living.length / REPORTED)]);
    return sum;
}

function SampleError(payload) {
    this.payload = payload;
}
SampleError.prototype = Object.create(Error.prototype);

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

function descend(level) {
    return 1 + descend(level + 1);
}

function overflow() {
    try {
        descend(0);
    } catch (error) {
        return error instanceof RangeError ? 0 : 1;
    }
}

function spawn(fn, arg) {
    var thread = new Duktape.Thread(function (task) {
        return apply(task.fn, task.arg);
    });
    return Duktape.Thread.resume(thread, { fn: fn, arg: arg });
}

// Each keeps its frame: a call in a return statement would be a tail call, which has none.
function coexist_depth_1() {
    var trace = coexist_depth_2();
    return trace;
}

function coexist_depth_2() {
    var trace = coexist_depth_3();
    return trace;
}

function coexist_depth_3() {
    var trace = new Error("trace").stack;
    return trace;
}

function state() {
    return ++counter;
}

function main() {
    print("Main, calling c");
    test("duktape");
}
