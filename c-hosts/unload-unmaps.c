/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* dlclose, with a stop before it or without, takes the library out of the process. */
//! runtimes: 1
//! needs: state
//! modes: stop without-stop
//! deadline: 3s
#include "coexist.h"
#include <dlfcn.h>

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    struct library *lib = xgone();
    step("unload", lib);
    verify(dlopen(lib->path, RTLD_NOW | RTLD_NOLOAD) == NULL, "the library is gone", __LINE__);
    done("unload", lib, 0);
    return host_end(0);
}
