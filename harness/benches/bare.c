/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * The other side of the paired benchmark: starts the same host programs with posix_spawn, so many at once, and waits for
 * them. No trace, no limits, no judgement: what the processes themselves cost.
 *
 *     bare PARALLEL ROUNDS < commands
 *
 * A command is one line, words separated by tabs. Every round starts all commands in order. Exit status 1 if a process
 * did not end with the status that the line's first word says.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

enum { MOST_WORDS = 16, MOST_RUNNING = 64 };

struct command {
    int status;
    char *words[MOST_WORDS + 1];
};

struct running {
    pid_t pid;
    int status;
};

static struct running running[MOST_RUNNING];
static char *environment[] = {"PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C", "HOME=/tmp", "TMPDIR=/tmp", NULL};

static size_t read_commands(struct command **commands)
{
    size_t count = 0;
    char *line = NULL;
    size_t room = 0;
    while (getline(&line, &room, stdin) > 0) {
        *commands = realloc(*commands, (count + 1) * sizeof **commands);
        struct command *command = &(*commands)[count++];
        memset(command, 0, sizeof *command);
        line[strcspn(line, "\n")] = '\0';
        char *rest = strdup(line);
        command->status = atoi(strsep(&rest, "\t"));
        for (size_t i = 0; i < MOST_WORDS && rest != NULL; i++)
            command->words[i] = strsep(&rest, "\t");
    }
    free(line);
    return count;
}

/* Waits for one process; returns its place. */
static size_t reap(size_t count)
{
    int status = 0;
    pid_t pid = wait(&status);
    for (size_t i = 0; i < count; i++) {
        if (running[i].pid != pid)
            continue;
        running[i].pid = 0;
        if (!WIFEXITED(status) || WEXITSTATUS(status) != running[i].status) {
            fprintf(stderr, "a host ended with wait status %#x\n", (unsigned)status);
            exit(1);
        }
        return i;
    }
    exit(1);
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    size_t parallel = (size_t)atoi(argv[1]);
    long rounds = atol(argv[2]);
    if (parallel < 1 || parallel > MOST_RUNNING)
        return 2;
    struct command *commands = NULL;
    size_t count = read_commands(&commands);

    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, 1, 2);

    size_t busy = 0;
    for (long round = 0; round < rounds; round++) {
        for (size_t i = 0; i < count; i++) {
            size_t place = busy < parallel ? busy++ : reap(parallel);
            running[place].status = commands[i].status;
            if (posix_spawn(&running[place].pid, commands[i].words[0], &actions, NULL, commands[i].words,
                            environment) != 0)
                return 1;
        }
    }
    for (; busy > 0; busy--)
        reap(parallel);
    return 0;
}
