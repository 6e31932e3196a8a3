/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* A second stop is refused with an error or does nothing: the process goes on, and ends as it should. */
//! runtimes: 1
//! needs: stop state
//! deadline: 3s
#include "coexist.h"
#include <stdio.h>

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    struct library *lib = xload(0);
    xstart(lib);
    xstate(lib);
    xstop(lib);
    step("stop again", lib);
    int result = lib->table->stop();
    done("stop again", lib, 0);
    char text[16];
    snprintf(text, sizeof text, "%d", result);
    fact("second-stop", text);
    return host_end(0);
}
