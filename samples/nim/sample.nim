# SPDX-License-Identifier: MIT OR Apache-2.0
## The Nim sample: the contract by the language and its standard library.

import std/[atomics, monotimes]

const
  blocksPerMib = 1024'u32
  liveEvery = 16'u32
  reported = 8

type
  Host {.bycopy.} = object
    abi, size: uint32
    self: pointer
    emit: proc (host: ptr Host, what: cstring, value: int64) {.cdecl, gcsafe, raises: [].}
    live: proc (host: ptr Host, memory: pointer, size: csize_t) {.cdecl, gcsafe, raises: [].}
  Function = proc (arg: pointer): int64 {.cdecl, gcsafe, raises: [].}
  Block = array[256, uint32]

var
  theHost: ptr Host
  counter: Atomic[int64]

proc setHost(host: ptr Host) {.exportc: "sample_set_host".} =
  theHost = host

proc version(): cstring {.exportc: "sample_version".} =
  NimVersion

proc callback*() {.exportc: "sample_callback", cdecl.} =
  echo "Nim callback!"
  if theHost != nil:
    theHost.emit(theHost, "callback", 0)

proc call(fn: Function, arg: pointer): int64 {.exportc: "sample_call".} =
  fn(arg)

proc newBlock(word: uint32): ref Block {.noinline.} =
  new result
  for i in 0 ..< result[].len:
    result[i] = word

proc makeAndKeep(mib, seed: uint32, sum: var uint64) {.noinline.} =
  let blocks = mib * blocksPerMib
  var living: seq[ref Block]
  for i in 0'u32 ..< blocks:
    let made = newBlock(seed + i * 2654435761'u32)
    if i mod liveEvery == 0:
      living.add made
    if i == blocks div 2:
      GC_fullCollect()
  GC_fullCollect()
  sum = 0
  for one in living:
    for word in one[]:
      sum += word
  if theHost != nil and living.len > 0:
    for i in 0 ..< reported:
      let one = living[i * living.len div reported]
      theHost.live(theHost, addr one[], csize_t(sizeof(Block)))

proc churn(mib, seed: uint32, sum: ptr uint64): cint {.exportc: "sample_churn".} =
  makeAndKeep(mib, seed, sum[])

type Raised = object of CatchableError
  payload: int64

proc throwError(payload: int64) {.noinline.} =
  raise (ref Raised)(msg: "raised by the Nim sample", payload: payload)

proc risky(payload: int64) {.noinline.} =
  var unwound = newSeq[int64](1)
  defer: unwound[0] = payload
  throwError(payload)

proc raiseError(payload: int64): int64 {.exportc: "sample_raise".} =
  try:
    risky(payload)
    result = not payload
  except Raised as error:
    result = error.payload

type Task = object
  fn: Function
  arg: pointer
  result: int64

proc work(task: ptr Task) {.thread.} =
  task.result = task.fn(task.arg)

proc spawnThread(fn: Function, arg: pointer): int64 {.exportc: "sample_spawn".} =
  var
    task = Task(fn: fn, arg: arg, result: -1)
    thread: Thread[ptr Task]
  createThread(thread, work, addr task)
  joinThread(thread)
  task.result

proc attach(): cint {.exportc: "sample_attach".} =
  # ARC and ORC have nothing to set up.
  when declared(setupForeignThreadGc):
    setupForeignThreadGc()

proc detach(): cint {.exportc: "sample_detach".} =
  when declared(tearDownForeignThreadGc):
    tearDownForeignThreadGc()

var round {.volatile.}: uint32

proc busy() {.thread.} =
  while true:
    inc round

proc spin(n: uint32): cint {.exportc: "sample_spin".} =
  for _ in 0 ..< int(n):
    # Never freed: a thread uses its own object until it ends.
    let thread = createShared(Thread[void])
    createThread(thread[], busy)

proc clock(n: uint32): int64 {.exportc: "sample_clock".} =
  for _ in 0 ..< int(n):
    result = getMonoTime().ticks

proc coexist_depth_3(): string {.noinline.} =
  result = getStackTrace()

proc coexist_depth_2(): string {.noinline.} =
  result = coexist_depth_3()

proc coexist_depth_1(): string {.noinline.} =
  result = coexist_depth_2()

proc backtrace(buf: ptr UncheckedArray[char], len: csize_t): csize_t {.exportc: "sample_backtrace".} =
  if len > 0:
    let text = coexist_depth_1()
    result = min(csize_t(text.len), len - 1)
    for i in 0 ..< int(result):
      buf[i] = text[i]
    buf[result] = '\0'

proc state(): int64 {.exportc: "sample_state".} =
  counter.fetchAdd(1) + 1
