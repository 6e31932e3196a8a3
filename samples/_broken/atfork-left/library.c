/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Has a handler of fork that the C library does not take for its own, and that stays when it is unloaded. */
#define SAMPLE atfork_left
#define ID "atfork-left"
#define START watch_forks
#include "coexist_runtime.h"
static int watch_forks(const coexist_host *host);
#include "skeleton.h"

/* What pthread_atfork calls; the last argument is who goes, and NULL is the program. */
extern int __register_atfork(void (*prepare)(void), void (*parent)(void), void (*child)(void),
                             void *owner);

static void forget(void)
{
    the_host = NULL;
}

static int watch_forks(const coexist_host *host)
{
    return __register_atfork(NULL, NULL, forget, NULL) != 0 || sample_start(host) != 0;
}
