// SPDX-License-Identifier: MIT OR Apache-2.0
// The program of node-host.c: `host.js HOST --mode=MODE LABEL=PATH...`
'use strict';

const { Worker, isMainThread, parentPort, workerData } = require('worker_threads');

const DEPTH = 16;
const arguments_ = isMainThread ? process.argv.slice(2) : workerData;

// An addon of one file for all threads; each loads it for itself.
const addon = { exports: {} };
process.dlopen(addon, arguments_[0]);
const host = addon.exports;

function verify(good, text) {
  if (!good) {
    const line = new Error().stack.split('\n')[2].match(/:(\d+):\d+\)?$/)[1];
    host.failed(text, Number(line));
  }
}

function eachLibrary(visit) {
  for (let library = 0; library < count; library++) visit(library);
}

/** Each level has a value of its own that the next one's can't be taken for. */
function valueOf(level) {
  const wide = 0x0123456789abcdefn + BigInt(level);
  return level % 2 === 0 ? wide : -wide;
}

/** JavaScript, managed code, JavaScript, managed code of the next library... */
function descend(level, reached) {
  reached.push(level);
  if (level < DEPTH) {
    const result = host.call(level % count, () => descend(level + 1, reached), false);
    verify(result === valueOf(level + 1), 'the value of the level below comes back');
  }
  return valueOf(level);
}

function nest() {
  const reached = [];
  host.step('call', 0);
  descend(0, reached);
  host.done('call', 0);
  host.value('depth reached', Math.max(...reached));
}

/** An exception leaves JavaScript, waits while managed code returns, and goes on in JavaScript above it. */
function throwThrough(library) {
  const thrown = new Error('thrown below the library');
  let caught = null;
  host.step('exception', library);
  try {
    host.call(library, () => { throw thrown; }, true);
  } catch (error) {
    caught = error;
  }
  verify(caught === thrown, 'the exception that was thrown below arrives above');
  host.done('exception', library);
}

function recurse(depth) {
  return recurse(depth + 1) + 1;
}

function overflow() {
  try {
    return BigInt(recurse(0));
  } catch (error) {
    return error instanceof RangeError ? -1n : -2n;
  }
}

function overflowStack(library) {
  host.step('stack-overflow', library);
  verify(host.call(library, overflow, false) === -1n, 'endless recursion below the library is caught there');
  verify(overflow() === -1n, 'endless recursion while the library is up is caught');
  host.done('stack-overflow', library);
}

/** A reference that was read keeps its object until the turn ends, so this one is not. */
function reference() {
  return new WeakRef({});
}

const nextTurn = () => new Promise(setImmediate);

/** A collection while the library is on the stack: what nobody holds goes, what JavaScript holds stays. */
async function collect(library) {
  const dropped = reference();
  const kept = { library };
  await nextTurn();
  host.step('collect', library);
  host.call(library, () => { global.gc(); return 0n; }, false);
  verify(dropped.deref() === undefined, 'what nobody holds is collected');
  verify(kept.library === library, 'what JavaScript holds is as it was');
  host.done('collect', library);
}

/** Another thread with another heap. It ends before the main one goes on. */
function visitFromAnotherThread() {
  return new Promise((resolve, reject) => {
    const worker = new Worker(__filename, { workerData: arguments_ });
    worker.once('error', reject);
    worker.once('exit', resolve);
  });
}

function visit() {
  host.lane('thread');
  eachLibrary((library) => {
    host.attach(library);
    host.callback(library);
  });
  nest();
  for (let library = count - 1; library >= 0; library--) host.detach(library);
}

async function main() {
  eachLibrary(host.load);
  eachLibrary(host.start);
  eachLibrary(host.callback);
  nest();
  await visitFromAnotherThread();
  for (let library = 0; library < count; library++) await collect(library);
  eachLibrary(throwThrough);
  eachLibrary(overflowStack);
  eachLibrary(host.callback);
  for (let library = count - 1; library >= 0; library--) host.stop(library);
  process.exitCode = host.end(0);
}

const count = isMainThread ? host.begin(arguments_) : host.count();
if (isMainThread) main();
else visit();
