/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Its destructor aborts on any other thread than the one that loaded it. */
#define SAMPLE exit_in_thread_aborts
#define ID "exit-in-thread-aborts"
#include "skeleton.h"

static pthread_t owner;

__attribute__((constructor)) static void remember(void)
{
    owner = pthread_self();
}

__attribute__((destructor)) static void check(void)
{
    if (!pthread_equal(owner, pthread_self()))
        abort();
}
