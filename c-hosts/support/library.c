/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The libraries of the cell: naming, loading, and refusing those that break the contract. */
#define _GNU_SOURCE
#include "support.h"
#include <dlfcn.h>
#include <string.h>
#include <unistd.h>

#define MOST_LIBRARIES 32
#define MOST_LABEL 48
#define MOST_DETAIL 1024

#define MOST_COPIES 64

static struct library libraries[MOST_LIBRARIES];
static struct library copies[MOST_COPIES];
static int copy_count;
static char labels[MOST_LIBRARIES][MOST_LABEL];
static int count;
static const struct library *loading;

static void host_emit(const coexist_host *host, const char *what, int64_t v)
{
    const struct library *lib = host->self;
    trace_write(WIRE_EVENT, lib->position, what, v, 0);
}

static void host_live(const coexist_host *host, const void *block, size_t size)
{
    const struct library *lib = host->self;
    trace_write(WIRE_LIVE, lib->position, "", (int64_t)(uintptr_t)block, (int64_t)size);
}

bool library_add(const char *argument)
{
    const char *equals = strchr(argument, '=');
    if (equals == NULL || equals == argument || count == MOST_LIBRARIES)
        return false;
    size_t length = (size_t)(equals - argument);
    if (length >= MOST_LABEL)
        return false;
    memcpy(labels[count], argument, length);
    struct library *lib = &libraries[count];
    lib->label = labels[count];
    lib->path = equals + 1;
    lib->position = ++count;
    lib->host = (coexist_host){.abi = COEXIST_ABI,
                               .size = sizeof(coexist_host),
                               .self = lib,
                               .emit = host_emit,
                               .live = host_live};
    return true;
}

int library_count(void)
{
    return count;
}

struct library *library_at(int index)
{
    require(index >= 0 && index < count, "the cell has fewer libraries than the scenario loads", 0);
    return &libraries[index];
}

const char *host_path(int index)
{
    return library_at(index)->path;
}

static bool has_id(const struct library *lib, const char *id)
{
    size_t length = strcspn(lib->label, "@#");
    return strncmp(lib->label, id, length) == 0 && id[length] == '\0';
}

/* Two copies of one sample have the same id: the one that is being loaded is the one that asks. */
const coexist_host *coexist_early_host(const char *id)
{
    if (loading != NULL && has_id(loading, id))
        return &loading->host;
    for (int i = 0; i < count; i++)
        if (has_id(&libraries[i], id))
            return &libraries[i].host;
    return NULL;
}

/* _exit: the library's clean-up must not hide why it was refused. */
void library_refuse(const struct library *lib, const char *code, const char *detail)
{
    trial_refused(code, detail);
    trace_write(WIRE_REFUSED, lib->position, code, 0, 0);
    trace_detail(lib->position, detail, MOST_DETAIL);
    complain(code, detail);
    _exit(1);
}

void library_need(const struct library *lib, bool offered, const char *entry)
{
    if (!offered)
        library_refuse(lib, "missing-entry", entry);
}

static const char *load_failure(const struct library *lib, const char *error)
{
    if (strstr(error, "undefined symbol") != NULL)
        return "undefined-symbol";
    /* The same words about another file mean a library that this one needs. */
    bool own = strncmp(error, lib->path, strlen(lib->path)) == 0;
    if (own &&
        (strstr(error, "invalid ELF header") != NULL || strstr(error, "file too short") != NULL))
        return "not-elf";
    return "load-error";
}

coexist_export_fn library_export(const struct library *lib)
{
    char name[sizeof "coexist_runtime_" + MOST_LABEL] = "coexist_runtime_";
    size_t at = strlen(name);
    for (const char *c = lib->label; *c != '\0' && *c != '@' && *c != '#'; c++)
        name[at++] = *c == '-' ? '_' : *c;
    name[at] = '\0';
    coexist_export_fn export = (coexist_export_fn)(uintptr_t)dlsym(lib->handle, name);
    if (export == NULL)
        library_refuse(lib, "no-export", name);
    return export;
}

static void check_table(const struct library *lib)
{
    const coexist_runtime *table = lib->table;
    if (table == NULL)
        library_refuse(lib, "null-table", lib->path);
    if (table->abi != COEXIST_ABI)
        library_refuse(lib, "wrong-abi", lib->path);
    if (table->size != sizeof(coexist_runtime))
        library_refuse(lib, "wrong-size", lib->path);
    NEED(lib, id);
    if (!has_id(lib, table->id))
        library_refuse(lib, "wrong-id", table->id);
    NEED(lib, title);
    NEED(lib, version);
    NEED(lib, start);
    NEED(lib, callback);
}

static void fact_offers(const struct library *lib)
{
    enum { FIRST = offsetof(coexist_runtime, version), SIZE = sizeof(void (*)(void)) };
    enum { ENTRIES = (sizeof(coexist_runtime) - FIRST) / SIZE };
    _Static_assert(ENTRIES == 16, "one bit an entry");
    uintptr_t entries[ENTRIES];
    memcpy(entries, (const char *)lib->table + FIRST, sizeof entries);
    unsigned offers = 0;
    for (unsigned i = 0; i < ENTRIES; i++)
        offers |= (entries[i] != 0 ? 1u : 0u) << i;

    char text[] = "0x0000";
    for (int digit = 0; digit < 4; digit++)
        text[5 - digit] = "0123456789abcdef"[offers >> (4 * digit) & 15u];
    trace_fact(lib->position, "offers", text);
}

/* The handle is there: finds the table and checks it. */
static void meet(struct library *lib)
{
    lib->table = library_export(lib)();
    check_table(lib);
    fact_offers(lib);
    trace_fact(lib->position, "title", lib->table->title);
    done("load", lib, 0);
}

struct library *load_copy(const struct library *original, const char *path, const char **error)
{
    require(copy_count < MOST_COPIES, "no more copies than there is room for", 0);
    struct library *lib = &copies[copy_count++];
    *lib = *original;
    lib->path = path;
    lib->host.self = lib;
    step("load", lib);
    lib->handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (lib->handle == NULL) {
        *error = dlerror();
        done("load", lib, -1);
        return NULL;
    }
    meet(lib);
    return lib;
}

struct library *load_namespace(int index, const char **error)
{
    struct library *lib = library_at(index);
    step("load", lib);
    lib->handle = dlmopen(LM_ID_NEWLM, lib->path, RTLD_NOW | RTLD_LOCAL);
    if (lib->handle == NULL) {
        *error = dlerror();
        done("load", lib, -1);
        return NULL;
    }
    meet(lib);
    return lib;
}

static struct library *finish_load(struct library *lib, void *handle, const char *error)
{
    loading = NULL;
    lib->handle = handle;
    if (handle == NULL) {
        if (error == NULL)
            error = "nobody has loaded the library, and this host does not";
        library_refuse(lib, load_failure(lib, error), error);
    }
    meet(lib);
    return lib;
}

struct library *xload(int index)
{
    return xload_flags(index,
                       host_is_loaded_first() ? RTLD_NOW | RTLD_NOLOAD : RTLD_NOW | RTLD_LOCAL);
}

struct library *xload_flags(int index, int dlopen_flags)
{
    xload_begin(index);
    void *handle = dlopen(library_at(index)->path, dlopen_flags);
    return finish_load(library_at(index), handle, handle == NULL ? dlerror() : NULL);
}

void xload_begin(int index)
{
    struct library *lib = library_at(index);
    step("load", lib);
    loading = lib;
}

struct library *xload_end(int index, const char *error)
{
    struct library *lib = library_at(index);
    void *handle = error == NULL ? dlopen(lib->path, RTLD_NOW | RTLD_NOLOAD) : NULL;
    return finish_load(lib, handle, error);
}

void xunload(struct library *lib)
{
    step("unload", lib);
    int result = dlclose(lib->handle);
    verify(result == 0, "dlclose", 0);
    lib->handle = NULL;
    lib->table = NULL;
    done("unload", lib, result);
}
