# SPDX-License-Identifier: MIT OR Apache-2.0
"""Writes the C file by which cffi embeds PyPy, with main.py in it; or says where PyPy's own files are."""

import sys
import sysconfig

import cffi

# cffi's own function is static.
START = """
#include "host.h"
int managed_start(void);
int managed_start(void) { return cffi_start_python(); }
"""


def text(name):
    with open(name, encoding="utf-8") as file:
        return file.read()


def write(glue):
    ffi = cffi.FFI()
    ffi.embedding_api("")
    ffi.cdef(text("host.h") + 'extern "Python+C" {' + text("managed.h") + "}")
    ffi.set_source("coexist_pypy", START)
    ffi.embedding_init_code(text("main.py"))
    ffi.emit_c_code(glue)


if sys.argv[1] == "--include":
    print(sysconfig.get_path("include"))
elif sys.argv[1] == "--library":
    print(sysconfig.get_config_var("LDLIBRARY"))
else:
    write(sys.argv[1])
