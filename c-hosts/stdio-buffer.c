/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The host's stdout and stderr have the buffers that the host gave them. */
//! runtimes: 1
//! needs: churn
//! deadline: 5s
#include "coexist.h"
#include <stdio.h>
#include <stdio_ext.h>

enum { OUT = 3000, ERR = 200 };

static void check_stream(FILE *stream, const char *name, size_t size)
{
    bool full = __flbf(stream) == 0;
    size_t now = __fbufsize(stream);
    verify(full && now == size, "the stream has the buffer that the host gave it", __LINE__);
    if (!full || now != size)
        detail("%s has %zu bytes%s; ", name, now, full ? "" : " and is written by lines");
}

static void check_buffers(void)
{
    check_stream(stdout, "stdout", OUT);
    check_stream(stderr, "stderr", ERR);
}

int main(int argc, char **argv)
{
    static char out[OUT], err[ERR];
    host_begin(argc, argv);
    REQUIRE(setvbuf(stdout, out, _IOFBF, sizeof out) == 0);
    REQUIRE(setvbuf(stderr, err, _IOFBF, sizeof err) == 0);
    xlife(check_buffers);
    return host_end(0);
}
