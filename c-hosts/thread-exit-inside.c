/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* A host's function that managed code has called ends the thread that it runs on, one that the host made or one that the runtime
 * made; the process lives on, and so does the runtime. */
//! runtimes: 1
//! needs: call spawn
//! modes: host managed
//! deadline: 2s
#include "coexist.h"

static int64_t end_thread(void *arg)
{
    (void)arg;
    pthread_exit(NULL);
}

/* No steps: where a runtime's thread is the caller's own, nothing comes after. */
static void *visit(void *arg)
{
    const struct library *lib = arg;
    if (lib->table->attach != NULL)
        lib->table->attach();
    if (host_is_mode("host"))
        lib->table->call(end_thread, NULL);
    else
        lib->table->spawn(end_thread, NULL);
    if (lib->table->detach != NULL)
        lib->table->detach();
    return NULL;
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    struct library *lib = xload(0);
    xstart(lib);
    step("ending", lib);
    xjoin(xthread(visit, lib));
    done("ending", lib, 0);
    xcallback(lib);
    xstop(lib);
    return host_end(0);
}
