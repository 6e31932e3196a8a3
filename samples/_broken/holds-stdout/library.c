/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Leaves a process behind that holds stdout open: who waits for its end of file waits for long. */
#define SAMPLE holds_stdout
#define ID "holds-stdout"
#define START leave_child
#include "coexist_runtime.h"
static int leave_child(const coexist_host *host);
#include "skeleton.h"
#include <unistd.h>

/* Long enough to be seen, short enough not to stay for ever where nobody sees it. */
enum { SECONDS = 600 };

static int leave_child(const coexist_host *host)
{
    if (fork() == 0) {
        sleep(SECONDS);
        _exit(0);
    }
    return sample_start(host);
}
