// SPDX-License-Identifier: MIT OR Apache-2.0
// The MuJS sample. `print`, `emit`, `apply`, `gc` and `test` are the shim's; 64-bit numbers, which JavaScript's numbers
// cannot hold, are decimal strings.
"use strict";

var WORDS = 256, BLOCKS_PER_MIB = 1024, LIVE_EVERY = 16;
var counter = 0;

function callback() {
    print("MuJS callback!");
    emit("callback", 0);
}

function call(task) {
    return apply(task);
}

function newBlock(word) {
    var block = [];
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
            gc();
    }
    gc();
    var sum = 0;
    living.forEach(function (one) {
        for (var i = 0; i < WORDS; i++)
            sum += one[i];
    });
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
        return /overflow/.test(String(error)) ? 0 : 1;
    }
}

function coexist_depth_1() {
    return coexist_depth_2();
}

function coexist_depth_2() {
    return coexist_depth_3();
}

function coexist_depth_3() {
    var error = new Error("trace");
    return String(error.stackTrace || error.stack);
}

function state() {
    return ++counter;
}

function main() {
    print("Main, calling c");
    test("mujs");
}
