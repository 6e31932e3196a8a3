/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* In dual.c, as a program it forgets what it is asked. */
#define SAMPLE drops_arguments
#define ID "drops-arguments"
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
