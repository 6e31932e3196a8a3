# SPDX-License-Identifier: MIT OR Apache-2.0
"""The PyPy sample: the contract by the language and its library. `lib` has what host.h says."""

import gc
import sys
import threading
import time
import traceback

from coexist_pypy import ffi, lib

LIVE_EVERY = 16
REPORTED = 8
BLOCKS_PER_MIB = 1024
WORDS = 256

counter = 0
counting = threading.Lock()


def give(text, buf, size):
    """Writes `text` to the caller's buffer, as much of it as fits, and returns how much that is."""
    encoded = text.encode()[: size - 1]
    ffi.memmove(buf, encoded + b"\0", len(encoded) + 1)
    return len(encoded)


@ffi.def_extern()
def managed_version(buf, size):
    return give("PyPy %d.%d.%d" % sys.pypy_version_info[:3], buf, size)


@ffi.def_extern(error=-1)
def managed_callback():
    # One write: an embedded PyPy has no buffer before stdout.
    print("PyPy callback!\n", end="")
    lib.host_emit(b"callback", 0)
    return 0


@ffi.def_extern(error=-1)
def managed_call(fn, arg):
    return fn(arg)


class Block:
    """Refers to itself, so that it dies by a collection and not before."""

    def __init__(self, word):
        self.words = bytearray(word.to_bytes(4, sys.byteorder) * WORDS)
        self.me = self


def churn(mib, seed):
    blocks = mib * BLOCKS_PER_MIB
    living = []
    for i in range(blocks):
        block = Block((seed + i * 2654435761) % 2**32)
        if i % LIVE_EVERY == 0:
            living.append(block)
        if i == blocks // 2:
            gc.collect()
    del block
    gc.collect()
    total = sum(sum(memoryview(block.words).cast("I")) for block in living)
    for i in range(min(REPORTED, len(living))):
        words = living[i * len(living) // REPORTED].words
        # from_buffer moves a bytearray's bytes to where they stay.
        lib.host_live(ffi.from_buffer(words), len(words))
    return total


@ffi.def_extern(error=1)
def managed_churn(mib, seed, total):
    total[0] = churn(mib, seed)
    return 0


class Raised(Exception):
    def __init__(self, payload):
        super().__init__(f"payload {payload}")
        self.payload = payload


def throw(payload):
    raise Raised(payload)


def risky(payload):
    throw(payload)


@ffi.def_extern(error=-1)
def managed_catch(payload):
    try:
        risky(payload)
    except Raised as error:
        return error.payload
    return ~payload


def recurse(depth):
    return recurse(depth + 1) + 1


@ffi.def_extern(error=-1)
def managed_overflow():
    try:
        recurse(0)
    except RecursionError:
        return 0
    return 1


@ffi.def_extern(error=-1)
def managed_spawn(fn, arg):
    results = []
    thread = threading.Thread(target=lambda: results.append(fn(arg)))
    thread.start()
    thread.join()
    return results[0]


def busy():
    n = 0
    while True:
        n = (n + 1) % 1000


@ffi.def_extern(error=-1)
def managed_spin(n):
    for _ in range(n):
        threading.Thread(target=busy, daemon=True).start()
    return 0


@ffi.def_extern(error=-1)
def managed_clock(n):
    last = 0
    for _ in range(n):
        last = time.monotonic_ns()
    return last


def coexist_depth_1():
    return coexist_depth_2()


def coexist_depth_2():
    return coexist_depth_3()


def coexist_depth_3():
    return "".join(traceback.format_stack())


@ffi.def_extern()
def managed_backtrace(buf, size):
    return give(coexist_depth_1(), buf, size)


@ffi.def_extern(error=-1)
def managed_state():
    global counter
    with counting:
        counter += 1
        return counter


@ffi.def_extern(error=-1)
def managed_main():
    print("Main, calling c\n", end="")
    lib.host_test(b"pypy")
    return 0
