/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Measures whose code stays in the process when a library has been stopped and unloaded: its own, and that of the shared objects
 * that came with it. What stays only because a common library came with it as well does not count. */
//! facts: stays-mapped shares
//! deadline: 60s
#define _GNU_SOURCE
#include "support/trial.h"
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

enum { MOST = 128, LENGTH = 80, LONGEST = 64, MADE = 2 };

/* Names of files of which code is mapped. */
struct files {
    int count;
    char names[MOST][LENGTH];
};

/* What stayed in how many children, and in how many of them. */
struct stayed {
    int made;
    struct files files;
    int times[MOST];
};

struct plan {
    bool with_common; /* common libraries are there before */
    struct stayed *stayed;
};

static bool has(const struct files *files, const char *name)
{
    for (int i = 0; i < files->count; i++)
        if (strcmp(files->names[i], name) == 0)
            return true;
    return false;
}

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

/* The C library's parts, and what stands for parts that it once had. */
static bool is_of_c(const char *name)
{
    static const char *const parts[] = {"libc.so.6",       "libm.so.6",  "libdl.so.2",
                                        "libpthread.so.0", "librt.so.1", "libutil.so.1",
                                        "libresolv.so.2",  "libanl.so.1"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (strcmp(name, parts[i]) == 0)
            return true;
    return false;
}

static void read_files(struct files *files)
{
    char line[512];
    FILE *maps = fopen("/proc/self/maps", "r");
    trial_need(maps != NULL);
    files->count = 0;
    while (fgets(line, sizeof line, maps) != NULL) {
        const char *path = strchr(line, '/');
        line[strcspn(line, "\n")] = '\0';
        if (path == NULL || strstr(line, " r-xp ") == NULL || files->count == MOST)
            continue;
        const char *name = last_part(path);
        if (strlen(name) < LONGEST && !is_of_c(name) && !has(files, name))
            strcpy(files->names[files->count++], name);
    }
    fclose(maps);
}

/* In the order of the alphabet: where files are mapped is another order in each process. */
static void keep(struct stayed *stayed, const char *name)
{
    struct files *files = &stayed->files;
    int at = 0;
    while (at < files->count && strcmp(files->names[at], name) < 0)
        at++;
    if (at == files->count || strcmp(files->names[at], name) != 0) {
        if (files->count == MOST)
            return;
        size_t after = (size_t)(files->count - at);
        memmove(files->names[at + 1], files->names[at], after * sizeof *files->names);
        memmove(&stayed->times[at + 1], &stayed->times[at], after * sizeof *stayed->times);
        strcpy(files->names[at], name);
        stayed->times[at] = 0;
        files->count++;
    }
    stayed->times[at]++;
}

static void live(const void *arg)
{
    static const char *const common[] = {"libstdc++.so.6", "libgcc_s.so.1", "libm.so.6"};
    const struct plan *plan = arg;
    static struct files before, after;
    for (size_t i = 0; plan->with_common && i < sizeof common / sizeof *common; i++)
        trial_need(dlopen(common[i], RTLD_NOW | RTLD_GLOBAL) != NULL);
    read_files(&before);
    struct library *lib = trial_load();
    trial_start(lib);
    if (lib->table->state != NULL)
        lib->table->state();
    trial_begin();
    if (lib->table->stop != NULL)
        lib->table->stop();
    trial_need(dlclose(lib->handle) == 0);
    read_files(&after);
    for (int i = 0; i < after.count; i++) {
        const char *name = after.names[i];
        if (!has(&before, name))
            keep(plan->stayed, strcmp(name, last_part(lib->path)) == 0 ? "itself" : name);
    }
    plan->stayed->made++;
}

static void make(const struct plan *plan)
{
    for (int i = 0; i < MADE; i++)
        trial(live, plan);
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    struct plan alone = {.stayed = xshared(sizeof(struct stayed))};
    struct plan beside = {.with_common = true, .stayed = xshared(sizeof(struct stayed))};
    make(&alone);
    make(&beside);
    if (alone.stayed->made == 0 || beside.stayed->made == 0)
        fact("void", "stays-mapped: no child came to its end");
    for (int i = 0; i < alone.stayed->files.count; i++) {
        const char *name = alone.stayed->files.names[i];
        for (int k = 0; k < beside.stayed->files.count; k++) {
            if (strcmp(beside.stayed->files.names[k], name) != 0)
                continue;
            char text[LENGTH + 16];
            snprintf(text, sizeof text, "stays-mapped %s", name);
            found(text, alone.stayed->times[i] + beside.stayed->times[k],
                  alone.stayed->made + beside.stayed->made);
        }
    }
    return host_end(0);
}
