/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* In eager.c, its main ends the process. */
#define SAMPLE main_exits
#define ID "main-exits"
#include "skeleton.h"

void sample_bring_up(const coexist_host *host);
void sample_call_back(void);

void sample_bring_up(const coexist_host *host)
{
    sample_start(host);
}

void sample_call_back(void)
{
    print_line();
    if (the_host != NULL)
        emit_event();
}
