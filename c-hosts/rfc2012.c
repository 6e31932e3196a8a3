/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The test case of the mail "RFC: go shared libraries support" of 2012. A C main is linked with a
 * library whose own main runs when the dynamic linker initialises it, before the C main: it calls
 * a C library, which calls it back. It returns instead of ending the process; the C main then calls
 * the library and exits. Nobody calls start: the library is up. */
//! runtimes: 1
//! flavour: eager
//! modes: linked dlopen
//! stdout: Main, calling {ffi}
//! stdout: From test, calling {id}
//! stdout: {title} callback!
//! stdout: C main, calling {title}_callback
//! stdout: {title} callback!
//! stdout: C main exiting
#include "coexist.h"
#include <stdio.h>

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    struct library *lib = xload(0);
    printf("C main, calling %s_callback\n", lib->table->title);
    /* The library may write past stdio, and stdout may be a pipe. */
    fflush(stdout);
    xcallback(lib);
    printf("C main exiting\n");
    return host_end(0);
}
