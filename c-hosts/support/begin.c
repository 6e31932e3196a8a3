/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The first and the last thing that a host does. The host leaves no trace of its own in what it
 * is there to observe: no signal handler, no thread, no change of limits or of stdio. */
#include "support.h"
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static const char *mode = "dlopen";
static bool begun;

static void parse(int argc, char **argv)
{
    static const char option[] = "--mode=";
    for (int i = 1; i < argc; i++) {
        if (strncmp(argv[i], option, sizeof option - 1) == 0) {
            mode = argv[i] + sizeof option - 1;
        } else if (!library_add(argv[i])) {
            verify(false, "arguments are [--mode=MODE] LABEL=PATH...", 0);
            _exit(2);
        }
    }
}

void begin(int argc, char **argv)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    trace_open();
    mark_open();
    trace_main_lane();
    parse(argc, argv);
    begun = true;
}

/* A program has begun before its main; a library in a VM's process begins here. The death signal
 * is asked for by this thread then, and kept as long as the thread lives. */
void host_begin(int argc, char **argv)
{
    if (!begun)
        begin(argc, argv);
    if (host_is_loaded_first())
        done("init", NULL, 0);
}

int host_end(int status)
{
    if (check_failed())
        status = 1;
    trace_write(WIRE_END, 0, "", status, 0);
    return status;
}

int host_count(void)
{
    return library_count();
}

const char *host_mode(void)
{
    return mode;
}

bool host_is_loaded_first(void)
{
    return host_is_mode("linked") || host_is_mode("preload");
}

bool host_is_mode(const char *word)
{
    return strcmp(mode, word) == 0;
}
