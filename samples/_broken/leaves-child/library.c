/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Leaves a process behind that has left the process group, the session and its descriptors. */
#define SAMPLE leaves_child
#define ID "leaves-child"
#define START leave_child
#include "coexist_runtime.h"
static int leave_child(const coexist_host *host);
#include "skeleton.h"
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

/* Long enough to be seen, short enough not to stay for ever where nobody sees it. */
enum { SECONDS = 600 };

static void live_on(void)
{
    int nothing = open("/dev/null", O_RDWR);
    for (int fd = 0; fd <= 2; fd++)
        dup2(nothing, fd);
    sleep(SECONDS);
}

static int leave_child(const coexist_host *host)
{
    pid_t child = fork();
    if (child == 0) {
        setsid();
        if (fork() == 0)
            live_on();
        _exit(0);
    }
    waitpid(child, NULL, 0);
    return sample_start(host);
}
