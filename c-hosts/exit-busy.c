/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The process ends while managed threads are busy: the exit status is kept and nothing crashes. */
//! runtimes: 1
//! needs: spin
//! modes: return exit quick now
//! exit: 3
//! deadline: 5s
#include "coexist.h"
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { THREADS = 2, MILLISECONDS = 5 };

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    struct library *lib = xload(0);
    xstart(lib);
    step("spin", lib);
    int result = lib->table->spin(THREADS);
    verify(result == 0, "spin returns 0", __LINE__);
    done("spin", lib, result);
    /* Until they are really under way. */
    nanosleep(&(struct timespec){.tv_nsec = MILLISECONDS * 1000000}, NULL);
    if (host_is_mode("exit"))
        exit(host_end(3));
    if (host_is_mode("return"))
        return host_end(3);
    if (host_is_mode("now"))
        _exit(host_end(3));
    quick_exit(host_end(3));
}
