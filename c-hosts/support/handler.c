/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Signal handlers as the kernel has them, and whose code an address is. */
#define _GNU_SOURCE
#include "support.h"
#include <fcntl.h>
#include <link.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MOST_NAME 64

/* What rt_sigaction takes on x86-64 and AArch64; glibc's own struct is another one. */
struct kernel_action {
    uintptr_t function;
    unsigned long flags;
    uintptr_t restorer;
    uint64_t mask;
};

#define KERNEL_RESTORER 0x04000000ul

struct handler handler_of(int signal)
{
    struct kernel_action action = {0};
    /* Not sigaction(): a library may have put its own in its place, and glibc refuses its own signals. */
    require(syscall(SYS_rt_sigaction, signal, NULL, &action, sizeof action.mask) == 0,
            "rt_sigaction", 0);
    return (struct handler){
        .function = action.function, .flags = action.flags & ~KERNEL_RESTORER, .mask = action.mask};
}

struct place {
    uintptr_t address;
    char name[MOST_NAME];
};

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

static int look(struct dl_phdr_info *object, size_t size, void *arg)
{
    (void)size;
    struct place *place = arg;
    for (int i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
        uintptr_t start = object->dlpi_addr + segment->p_vaddr;
        if (segment->p_type != PT_LOAD || place->address - start >= segment->p_memsz)
            continue;
        const char *name = last_part(object->dlpi_name);
        for (int at = 0; at < library_count(); at++)
            if (strcmp(library_at(at)->path, object->dlpi_name) == 0)
                name = library_at(at)->label;
        snprintf(place->name, sizeof place->name, "%s", *name == '\0' ? "host" : name);
        return 1;
    }
    return 0;
}

/* No stdio: it allocates. */
static bool is_mapped(uintptr_t address)
{
    unsigned char resident;
    uintptr_t page = address & ~((uintptr_t)sysconf(_SC_PAGESIZE) - 1);
    return syscall(SYS_mincore, page, 1, &resident) == 0;
}

const char *owner_of(uintptr_t address)
{
    static _Thread_local struct place place;
    if (address == (uintptr_t)SIG_DFL)
        return "default";
    if (address == (uintptr_t)SIG_IGN)
        return "ignored";
    place.address = address;
    if (dl_iterate_phdr(look, &place) == 0)
        return is_mapped(address) ? "made at run time" : "nowhere";
    return place.name;
}
