/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Starts more processes than a cell may have, and waits for them. */
#define SAMPLE many_processes
#define ID "many-processes"
#define START start_many
#include "coexist_runtime.h"
static int start_many(const coexist_host *host);
#include "skeleton.h"
#include <sys/wait.h>
#include <unistd.h>

/* More than the limit of 200, and no threat to a machine on which nobody watches. */
enum { PROCESSES = 300, SECONDS = 600 };

static int start_many(const coexist_host *host)
{
    for (int i = 0; i < PROCESSES; i++) {
        pid_t child = fork();
        if (child == 0) {
            sleep(SECONDS);
            _exit(0);
        }
    }
    while (wait(NULL) > 0)
        ;
    return sample_start(host);
}
