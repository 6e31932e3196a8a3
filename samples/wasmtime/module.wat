;; SPDX-License-Identifier: MIT OR Apache-2.0
;; The wasmtime sample's managed code: one instance for each thread, with a memory and a collected
;; heap of its own, and one shared memory for what all instances of the library have in common.

(module $sample
  (import "wasi_snapshot_preview1" "fd_write"
    (func $fd_write (param $fd i32) (param $iovs i32) (param $count i32) (param $written i32)
      (result i32)))
  (import "wasi_snapshot_preview1" "clock_time_get"
    (func $clock_time_get (param $id i32) (param $precision i64) (param $time i32) (result i32)))
  (import "wasi" "thread-spawn" (func $thread_spawn (param $task i32) (result i32)))

  (import "host" "shared" (memory $shared 1 1 shared))
  (import "host" "emit" (func $emit (param $what i32) (param $value i64)))
  (import "host" "apply" (func $apply (param $fn i64) (param $arg i64) (result i64)))
  (import "host" "attempt" (func $attempt (param $risky funcref) (result i32)))
  (import "host" "collect" (func $collect))
  (import "host" "backtrace" (func $backtrace (param $buf i64) (param $len i64) (result i64)))
  (import "host" "test" (func $test (param $name i32)))

  (memory $own (export "memory") 1 1)
  ;; 0: an iovec, 8: its length, 12: bytes written, 16: a time.
  (global $time i32 (i32.const 16))
  (data (memory $own) (i32.const 64) "callback\00")
  (data (memory $own) (i32.const 80) "wasmtime\00")
  (data (memory $own) (i32.const 96) "Wasm callback!\n")
  (data (memory $own) (i32.const 112) "Main, calling import\n")

  (func $print (param $text i32) (param $length i32)
    (i32.store $own (i32.const 0) (local.get $text))
    (i32.store $own (i32.const 4) (local.get $length))
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 12))))

  (func (export "callback")
    (call $print (i32.const 96) (i32.const 15))
    (call $emit (i32.const 64) (i64.const 0)))

  (func (export "_start")
    (call $print (i32.const 112) (i32.const 21))
    (call $test (i32.const 80)))

  (func (export "call") (param $fn i64) (param $arg i64) (result i64)
    (call $apply (local.get $fn) (local.get $arg)))

  ;; The counter is at 0 of the shared memory.
  (func (export "state") (result i64)
    (i64.add (i64.const 1) (i64.atomic.rmw.add $shared (i32.const 0) (i64.const 1))))

  ;; churn: arrays of the collected heap.

  (type $block (array (mut i32)))
  (type $blocks (array (mut (ref null $block))))

  (func $new_block (param $word i32) (result (ref $block))
    (array.new $block (local.get $word) (i32.const 256)))

  (func $sum_of (param $block (ref null $block)) (result i64)
    (local $word i32) (local $sum i64)
    (loop $words
      (local.set $sum
        (i64.add (local.get $sum)
          (i64.extend_i32_u (array.get $block (local.get $block) (local.get $word)))))
      (local.set $word (i32.add (local.get $word) (i32.const 1)))
      (br_if $words (i32.lt_u (local.get $word) (array.len (local.get $block)))))
    (local.get $sum))

  (func (export "churn") (param $mib i32) (param $seed i32) (result i64)
    (local $count i32) (local $i i32) (local $lives i32) (local $sum i64)
    (local $block (ref null $block)) (local $living (ref null $blocks))
    (local.set $count (i32.mul (local.get $mib) (i32.const 1024)))
    (local.set $living
      (array.new_default $blocks (i32.div_u (local.get $count) (i32.const 16))))
    (block $made
      (loop $make
        (br_if $made (i32.ge_u (local.get $i) (local.get $count)))
        (local.set $block
          (call $new_block
            (i32.add (local.get $seed) (i32.mul (local.get $i) (i32.const 2654435761)))))
        (if (i32.eqz (i32.rem_u (local.get $i) (i32.const 16)))
          (then
            (array.set $blocks (local.get $living) (local.get $lives) (local.get $block))
            (local.set $lives (i32.add (local.get $lives) (i32.const 1)))))
        (if (i32.eq (local.get $i) (i32.div_u (local.get $count) (i32.const 2)))
          (then (call $collect)))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $make)))
    (call $collect)
    (block $summed
      (loop $sums
        (br_if $summed (i32.eqz (local.get $lives)))
        (local.set $lives (i32.sub (local.get $lives) (i32.const 1)))
        (local.set $sum
          (i64.add (local.get $sum)
            (call $sum_of (array.get $blocks (local.get $living) (local.get $lives)))))
        (br $sums)))
    (local.get $sum))

  ;; raise: an exception with a tag of this module.

  (tag $raised (param i64))

  (func $throw_it (param $payload i64)
    (throw $raised (local.get $payload)))

  (func $risky (param $payload i64) (result i64)
    (call $throw_it (local.get $payload))
    (i64.xor (local.get $payload) (i64.const -1)))

  (func (export "raise") (param $payload i64) (result i64)
    (block $caught (result i64)
      (try_table (result i64) (catch $raised $caught)
        (call $risky (local.get $payload)))))

  ;; fault and overflow: a module can't catch a trap, the embedder can. `attempt` calls a function and
  ;; returns the number of the trap that ended it.

  (global $stack_overflow i32 (i32.const 0))
  (global $memory_out_of_bounds i32 (i32.const 1))
  ;; 0 is an address like any other here. This one is outside of the memory.
  (global $null (mut i32) (i32.const -4))
  (global $found (mut i32) (i32.const 0))
  (elem declare func $dereference $recurse_deep)

  (func $dereference
    (global.set $found (i32.load $own (global.get $null))))

  (func (export "fault") (result i32)
    (i32.ne (call $attempt (ref.func $dereference)) (global.get $memory_out_of_bounds)))

  (func $recurse (param $depth i32) (result i32)
    (i32.add (i32.const 1) (call $recurse (i32.add (local.get $depth) (i32.const 1)))))

  (func $recurse_deep
    (global.set $found (call $recurse (i32.const 0))))

  (func (export "overflow") (result i32)
    (i32.ne (call $attempt (ref.func $recurse_deep)) (global.get $stack_overflow)))

  ;; spawn and spin: a thread gets an instance of its own, which begins in wasi_thread_start. Tasks are
  ;; in the shared memory: 0 function, 8 argument, 16 result, 24 whether it is done. There are 1024 of
  ;; them, used by turns, from 4096 on; the number of the next one is at 8. Task 0 is to be busy.

  (func $new_task (result i32)
    (i32.add (i32.const 4096)
      (i32.mul (i32.const 32)
        (i32.and (i32.const 1023)
          (i32.atomic.rmw.add $shared (i32.const 8) (i32.const 1))))))

  (func (export "spawn") (param $fn i64) (param $arg i64) (result i64)
    (local $task i32)
    (local.set $task (call $new_task))
    (i64.store $shared (local.get $task) (local.get $fn))
    (i64.store $shared offset=8 (local.get $task) (local.get $arg))
    (i32.atomic.store $shared offset=24 (local.get $task) (i32.const 0))
    (if (i32.le_s (call $thread_spawn (local.get $task)) (i32.const 0))
      (then (return (i64.const -1))))
    (block $done
      (loop $wait
        (br_if $done (i32.atomic.load $shared offset=24 (local.get $task)))
        (drop (memory.atomic.wait32 $shared offset=24
          (local.get $task) (i32.const 0) (i64.const -1)))
        (br $wait)))
    (i64.load $shared offset=16 (local.get $task)))

  (func (export "wasi_thread_start") (param $thread i32) (param $task i32)
    (if (i32.eqz (local.get $task))
      (then (call $busy)))
    (i64.store $shared offset=16 (local.get $task)
      (call $apply
        (i64.load $shared (local.get $task))
        (i64.load $shared offset=8 (local.get $task))))
    (i32.atomic.store $shared offset=24 (local.get $task) (i32.const 1))
    (drop (memory.atomic.notify $shared offset=24 (local.get $task) (i32.const 1))))

  (func $busy
    (loop $round
      (global.set $found (i32.add (global.get $found) (i32.const 1)))
      (br $round)))

  (func (export "spin") (param $n i32) (result i32)
    (local $thread i32)
    (block $spinning
      (loop $more
        (br_if $spinning (i32.eqz (local.get $n)))
        (local.set $thread (call $thread_spawn (i32.const 0)))
        (if (i32.le_s (local.get $thread) (i32.const 0))
          (then (return (i32.const 1))))
        (local.set $n (i32.sub (local.get $n) (i32.const 1)))
        (br $more)))
    (i32.const 0))

  (func (export "clock") (param $n i32) (result i64)
    (block $read
      (loop $readings
        (br_if $read (i32.eqz (local.get $n)))
        (drop (call $clock_time_get (i32.const 1) (i64.const 1) (global.get $time)))
        (local.set $n (i32.sub (local.get $n) (i32.const 1)))
        (br $readings)))
    (i64.load $own (global.get $time)))

  (func (export "backtrace") (param $buf i64) (param $len i64) (result i64)
    (call $coexist_depth_1 (local.get $buf) (local.get $len)))

  (func $coexist_depth_1 (param $buf i64) (param $len i64) (result i64)
    (call $coexist_depth_2 (local.get $buf) (local.get $len)))

  (func $coexist_depth_2 (param $buf i64) (param $len i64) (result i64)
    (call $coexist_depth_3 (local.get $buf) (local.get $len)))

  (func $coexist_depth_3 (param $buf i64) (param $len i64) (result i64)
    (call $backtrace (local.get $buf) (local.get $len))))
