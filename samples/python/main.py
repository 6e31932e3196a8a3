# SPDX-License-Identifier: MIT OR Apache-2.0
"""The Python sample: the contract by the language and its library.

Only what an RTLD_LOCAL libpython can import: no extension modules, but for one in `extension`. The shim puts `host` here.
"""

import gc
import sys
import threading
import time
import traceback

LIVE_EVERY = 16
REPORTED = 8
BLOCKS_PER_MIB = 1024
WORDS = 256

counter = 0
counting = threading.Lock()


def version():
    return "Python " + sys.version.split()[0]


def callback():
    print("Python callback!")
    host.emit("callback", 0)


def extension():
    """0 if a module of C that is no part of libpython does its work."""
    import _json
    return len(_json.encode_basestring_ascii("é")) - len(r'"\u00e9"')


def call(fn, arg):
    return host.apply(fn, arg)


class Block:
    """Refers to itself, so that only the collector can free it."""

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
        host.live(living[i * len(living) // REPORTED].words)
    return total


class Raised(Exception):
    def __init__(self, payload):
        super().__init__(f"payload {payload}")
        self.payload = payload


def throw(payload):
    raise Raised(payload)


def risky(payload):
    throw(payload)


def catch(payload):
    try:
        risky(payload)
    except Raised as error:
        return error.payload
    return ~payload


def recurse(depth):
    return recurse(depth + 1) + 1


def overflow():
    try:
        recurse(0)
    except RecursionError:
        return 0
    return 1


def spawn(fn, arg):
    results = []
    thread = threading.Thread(target=lambda: results.append(host.apply(fn, arg)))
    thread.start()
    thread.join()
    return results[0]


def busy():
    n = 0
    while True:
        n = (n + 1) % 1000


def spin(n):
    for _ in range(n):
        threading.Thread(target=busy, daemon=True).start()
    return 0


def clock(n):
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


def backtrace():
    return coexist_depth_1()


def state():
    global counter
    with counting:
        counter += 1
        return counter


def main():
    # Flushed: whoever comes next writes past Python's buffer, and stdout may be a pipe.
    print("Main, calling c", flush=True)
    host.test("python")
    sys.stdout.flush()
