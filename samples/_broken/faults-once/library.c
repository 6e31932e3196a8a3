/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Its handler is gone once it has run. */
#define _GNU_SOURCE
#define SAMPLE faults_once
#define ID "faults-once"
#define START start_badly
#define FAULT fault
#include "coexist_runtime.h"
static int start_badly(const coexist_host *host);
static int fault(void);
#include "skeleton.h"
#include <signal.h>

static sigjmp_buf recovery;

static void recover(int signal)
{
    (void)signal;
    siglongjmp(recovery, 1);
}

static int start_badly(const coexist_host *host)
{
    struct sigaction action = {.sa_handler = recover, .sa_flags = (int)SA_RESETHAND};
    sigaction(SIGSEGV, &action, NULL);
    return sample_start(host);
}

static int fault(void)
{
    static int *volatile nothing;
    if (sigsetjmp(recovery, 1) == 0)
        return *(volatile int *)nothing + 1;
    return 0;
}
