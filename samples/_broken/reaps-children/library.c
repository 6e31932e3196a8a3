/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Waits for whatever child has ended, its own or not. */
#define SAMPLE reaps_children
#define ID "reaps-children"
#define START watch_children
#include "coexist_runtime.h"
static int watch_children(const coexist_host *host);
#include "skeleton.h"
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

static void reap(int signal)
{
    (void)signal;
    int before = errno;
    while (waitpid(-1, NULL, WNOHANG) > 0)
        ;
    errno = before;
}

static int watch_children(const coexist_host *host)
{
    struct sigaction action = {.sa_handler = reap, .sa_flags = SA_RESTART};
    return sigaction(SIGCHLD, &action, NULL) != 0 || sample_start(host) != 0;
}
