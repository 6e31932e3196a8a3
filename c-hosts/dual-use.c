/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* One ELF file is a program and a library. As a program it runs its main, gets its arguments, hands
 * its exit status on and is loaded at another address each time; as a library in another process
 * it can be called. */
//! runtimes: 1
//! flavour: dual
//! stdout: program: Main, calling {ffi}
//! stdout: program: From test, calling {id}
//! stdout: program: {title} callback!
//! stdout: program: argument: hello
//! stdout: Main, calling {ffi}
//! stdout: From test, calling {id}
//! stdout: {title} callback!
//! stdout: {title} callback!
#define _GNU_SOURCE
#include "coexist.h"
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

#define WHERE "loaded at "

struct output {
    char text[2048];
};

static void read_all(int fd, struct output *output)
{
    size_t length = 0;
    ssize_t n;
    do {
        n = read(fd, output->text + length, sizeof output->text - 1 - length);
        if (n > 0)
            length += (size_t)n;
    } while (n > 0 || (n < 0 && errno == EINTR));
    output->text[length] = '\0';
}

static int wait_for(pid_t child)
{
    int status;
    while (waitpid(child, &status, 0) < 0)
        REQUIRE(errno == EINTR);
    REQUIRE(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* Runs the library's file as a program; its exit status. */
static int run(const char *path, const char *const arguments[], struct output *output)
{
    int ends[2];
    REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
    posix_spawn_file_actions_t actions;
    REQUIRE(posix_spawn_file_actions_init(&actions) == 0);
    REQUIRE(posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO) == 0);

    const char *argv[5] = {path};
    for (size_t i = 0; arguments[i] != NULL; i++)
        argv[i + 1] = arguments[i];
    pid_t child;
    int error = posix_spawn(&child, path, &actions, NULL, (char **)(uintptr_t)argv, environ);
    require(error == 0, error == EACCES ? "the file may be executed" : "posix_spawn", __LINE__);

    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    read_all(ends[0], output);
    close(ends[0]);
    return wait_for(child);
}

static const char *find_where(const struct output *output)
{
    const char *where = strstr(output->text, "\n" WHERE "0x");
    REQUIRE(where != NULL);
    return where + 1;
}

static void check_address_differs(const char *path)
{
    static struct output first, second;
    static const char *const arguments[] = {"--where", NULL};
    verify_is(run(path, arguments, &first), 0, "the program ends with status 0", __LINE__);
    verify_is(run(path, arguments, &second), 0, "the program ends with status 0", __LINE__);
    verify(strcmp(find_where(&first), find_where(&second)) != 0,
           "the program is loaded at another address each time", __LINE__);
}

/* Repeats what the program said, marked: a callback in another process is none of this one. */
static void check_arguments(const char *path)
{
    static struct output output;
    static const char *const arguments[] = {"--exit", "7", "hello", NULL};
    value("exit status", run(path, arguments, &output));
    for (char *rest = output.text, *line; (line = strsep(&rest, "\n")) != NULL && rest != NULL;)
        printf("program: %s\n", line);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    REQUIRE(host_count() == 1);
    const char *path = host_path(0);
    step("program", NULL);
    check_address_differs(path);
    check_arguments(path);
    done("program", NULL, 0);

    struct library *lib = xload(0);
    xcallback(lib);
    return host_end(0);
}
