/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Sends every thread of the process a signal before it collects. */
#define _GNU_SOURCE
#define SAMPLE interrupts_threads
#define ID "interrupts-threads"
#define CHURN churn_badly
#include "coexist_runtime.h"
static int churn_badly(uint32_t mib, uint32_t seed, uint64_t *sum);
#include "skeleton.h"
#include <dirent.h>
#include <signal.h>
#include <unistd.h>

static void handle(int signal)
{
    (void)signal;
}

static int churn_badly(uint32_t mib, uint32_t seed, uint64_t *sum)
{
    struct sigaction action = {.sa_handler = handle, .sa_flags = SA_RESTART};
    sigaction(SIGXCPU, &action, NULL);
    DIR *tasks = opendir("/proc/self/task");
    for (struct dirent *task; (task = readdir(tasks)) != NULL;) {
        pid_t thread = atoi(task->d_name);
        if (thread > 0 && thread != gettid())
            tgkill(getpid(), thread, SIGXCPU);
    }
    closedir(tasks);
    return sample_churn(mib, seed, sum);
}
