/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The library is loaded at another address in each process, as address space layout randomisation wants it. */
//! runtimes: 1
//! deadline: 10s
#define _GNU_SOURCE
#include "coexist.h"
#include <dlfcn.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

enum { CHILDREN = 3, PATIENCE = 3000 };

/* What a child does, which nobody watches: it loads the library and says where it is. */
static _Noreturn void say_address(void)
{
    Dl_info info;
    struct library *lib = xload(0);
    REQUIRE(dladdr(lib->table, &info) != 0);
    _exit(write(STDOUT_FILENO, &info.dli_fbase, sizeof info.dli_fbase) == sizeof info.dli_fbase
              ? 0
              : 1);
}

static uintptr_t ask_child(char *argument)
{
    static char mode[] = "--mode=child", name[] = "/proc/self/exe";
    char *const words[] = {name, mode, argument, NULL};
    int ends[2];
    REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
    posix_spawn_file_actions_t actions;
    REQUIRE(posix_spawn_file_actions_init(&actions) == 0);
    REQUIRE(posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO) == 0);
    pid_t child;
    REQUIRE(posix_spawn(&child, name, &actions, NULL, words, environ) == 0);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    xwait_child(child, PATIENCE);
    uintptr_t address = 0;
    REQUIRE(read(ends[0], &address, sizeof address) == sizeof address);
    close(ends[0]);
    return address;
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    if (host_is_mode("child"))
        say_address();
    step("child", NULL);
    uintptr_t first = ask_child(argv[argc - 1]);
    bool moved = false;
    for (int i = 1; i < CHILDREN; i++)
        moved |= ask_child(argv[argc - 1]) != first;
    verify(moved, "the library is loaded at another address each time", __LINE__);
    done("child", NULL, 0);
    return host_end(0);
}
