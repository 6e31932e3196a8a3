# SPDX-License-Identifier: MIT OR Apache-2.0
"""The program of python-host.c: `host.py HOST --mode=MODE LABEL=PATH...`"""

import ctypes
import gc
import sys
import threading
import weakref

DEPTH = 16
# What managed code of a library calls: coexist_fn. ctypes takes the interpreter's lock around it.
Function = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_void_p)

host = ctypes.CDLL(sys.argv[1])
host.python_path.restype = ctypes.c_char_p
host.python_call.restype = ctypes.c_int64
host.python_call.argtypes = [ctypes.c_int, Function]
host.python_spawn.argtypes = [ctypes.c_int, Function, ctypes.c_int64]
host.python_value.argtypes = [ctypes.c_char_p, ctypes.c_int64]


def verify(good, text):
    if not good:
        host.python_failed(text.encode(), sys._getframe(1).f_lineno)


class Step:
    """A step that the program makes itself."""

    def __init__(self, name, library):
        self.name, self.library = name.encode(), library

    def __enter__(self):
        host.python_step(self.name, self.library)

    def __exit__(self, *error):
        host.python_done(self.name, self.library)


def load(library):
    host.python_load_begin(library)
    error = None
    try:
        ctypes.CDLL(host.python_path(library).decode())
    except OSError as reason:
        error = str(reason).encode()
    host.python_load_end(library, error)


def value_of(level):
    """Each level has a value of its own that the next one's can't be taken for."""
    wide = 0x0123456789ABCDEF + level
    return wide if level % 2 == 0 else -wide


def call(library, work):
    """Managed code of the library calls the work. An exception ends at ctypes, so it is carried past it by hand."""
    raised = []

    def run(_):
        try:
            return work()
        except Exception as error:
            raised.append(error)
            return 0

    result = host.python_call(library, Function(run))
    if raised:
        raise raised[0]
    return result


def descend(level, reached):
    """Python, managed code, Python, managed code of the next library..."""
    reached.append(level)
    if level < DEPTH:
        result = call(level % count, lambda: descend(level + 1, reached))
        verify(result == value_of(level + 1), "the value of the level below comes back")
    return value_of(level)


def nest():
    reached = []
    with Step("call", 0):
        descend(0, reached)
    host.python_value(b"depth reached", max(reached))


def visit_from_another_thread():
    def visit():
        host.python_lane(b"thread")
        for library in range(count):
            host.python_attach(library)
            host.python_callback(library)
        nest()
        for library in reversed(range(count)):
            host.python_detach(library)

    thread = threading.Thread(target=visit)
    thread.start()
    thread.join()


class Cycle:
    """Only the collector can free it."""

    def __init__(self):
        self.own = self


def collect(library):
    kept = [library, "kept"]
    with Step("collect", library):
        dropped = weakref.ref(Cycle())
        verify(call(library, gc.collect) > 0, "a collection below the library finds something")
        verify(dropped() is None, "what nobody holds is collected")
        verify(kept == [library, "kept"], "what Python holds is as it was")


def raise_through(library):
    def work():
        raise thrown

    thrown = ValueError("raised below the library")
    caught = None
    with Step("exception", library):
        try:
            call(library, work)
        except ValueError as error:
            caught = error
        verify(caught is thrown, "the exception that was raised below arrives above")


def lose_exception(library):
    """One that nobody carries past ctypes is reported there, and the call goes on."""
    reported = []

    def work(_):
        raise KeyError("raised below the library")

    usual, sys.unraisablehook = sys.unraisablehook, lambda report: reported.append(report.exc_type)
    with Step("lost-exception", library):
        host.python_call(library, Function(work))
        verify(reported == [KeyError], "an exception that reaches ctypes is reported, once")
    sys.unraisablehook = usual


def recurse(depth=0):
    return recurse(depth + 1) + 1


def overflow():
    try:
        return recurse()
    except RecursionError:
        return -1


def overflow_stack(library):
    with Step("stack-overflow", library):
        verify(call(library, overflow) == -1, "endless recursion below the library is caught there")
        verify(overflow() == -1, "endless recursion while the library is up is caught")


arguments = [argument.encode() for argument in sys.argv[1:]]
# The host keeps pointers into it.
argv = (ctypes.c_char_p * (len(arguments) + 1))(*arguments, None)
count = host.python_begin(len(arguments), argv)
for each in (load, host.python_start, host.python_callback):
    for index in range(count):
        each(index)
nest()
visit_from_another_thread()
for index in range(count):
    host.python_spawn(index, Function(lambda _: value_of(-1)), value_of(-1))
for each in (collect, raise_through, lose_exception, overflow_stack, host.python_callback):
    for index in range(count):
        each(index)
for index in reversed(range(count)):
    host.python_stop(index)
sys.exit(host.python_end(0))
