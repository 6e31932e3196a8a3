/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Whom the dynamic linker bound the libraries' symbols to: looked up in the places that it
 * relocated, since a lookup by name would tell what would happen and not what did. */
#define _GNU_SOURCE
#include "support.h"
#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <string.h>

struct extent {
    const struct link_map *map;
    uintptr_t from, to;
};

static int find_extent(struct dl_phdr_info *info, size_t size, void *arg)
{
    (void)size;
    struct extent *extent = arg;
    if (info->dlpi_addr != extent->map->l_addr || strcmp(info->dlpi_name, extent->map->l_name) != 0)
        return 0;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
        if (segment->p_type != PT_LOAD)
            continue;
        uintptr_t from = info->dlpi_addr + segment->p_vaddr;
        uintptr_t to = from + segment->p_memsz;
        if (extent->to == 0 || from < extent->from)
            extent->from = from;
        if (to > extent->to)
            extent->to = to;
    }
    return 1;
}

static struct extent extent_of(const struct library *lib)
{
    struct link_map *map = NULL;
    require(dlinfo(lib->handle, RTLD_DI_LINKMAP, &map) == 0, "dlinfo", 0);
    struct extent extent = {.map = map};
    dl_iterate_phdr(find_extent, &extent);
    require(extent.to != 0, "the library's segments are known", 0);
    return extent;
}

static bool contains(const struct extent *extent, uintptr_t address)
{
    return address >= extent->from && address < extent->to;
}

static void append(char *text, size_t size, const char *more)
{
    size_t at = strlen(text);
    size_t length = strnlen(more, size - at - 1);
    memcpy(text + at, more, length);
    text[at + length] = '\0';
}

static void tell_bound(const char *symbol, const struct library *from, const struct library *to)
{
    char text[160] = "";
    append(text, sizeof text, from->label);
    append(text, sizeof text, " is bound to ");
    append(text, sizeof text, to->label);
    append(text, sizeof text, " by ");
    append(text, sizeof text, symbol);
    verify(false, text, 0);
}

struct dynamic {
    const ElfW(Sym) *symbols;
    const char *strings;
    const ElfW(Rela) *tables[2];
    size_t sizes[2];
};

static struct dynamic dynamic_of(const struct link_map *map)
{
    struct dynamic found = {0};
    for (const ElfW(Dyn) *d = map->l_ld; d->d_tag != DT_NULL; d++) {
        /* glibc has made most of these absolute already; other linkers leave them relative. */
        uintptr_t at = d->d_un.d_ptr < map->l_addr ? map->l_addr + d->d_un.d_ptr : d->d_un.d_ptr;
        if (d->d_tag == DT_SYMTAB)
            found.symbols = (const void *)at;
        else if (d->d_tag == DT_STRTAB)
            found.strings = (const void *)at;
        else if (d->d_tag == DT_RELA)
            found.tables[0] = (const void *)at;
        else if (d->d_tag == DT_RELASZ)
            found.sizes[0] = d->d_un.d_val;
        else if (d->d_tag == DT_JMPREL)
            found.tables[1] = (const void *)at;
        else if (d->d_tag == DT_PLTRELSZ)
            found.sizes[1] = d->d_un.d_val;
    }
    return found;
}

static void check_relocation(const ElfW(Rela) *relocation, const struct dynamic *dynamic, int self,
                             const struct extent *extents, int count)
{
    size_t index = ELF64_R_SYM(relocation->r_info);
    if (index == 0)
        return;
    uintptr_t bound;
    memcpy(&bound, (const void *)(extents[self].map->l_addr + relocation->r_offset), sizeof bound);
    for (int other = 0; other < count; other++)
        if (other != self && contains(&extents[other], bound))
            tell_bound(dynamic->strings + dynamic->symbols[index].st_name, library_at(self),
                       library_at(other));
}

static void check_library(int self, const struct extent *extents, int count)
{
    struct dynamic dynamic = dynamic_of(extents[self].map);
    for (int table = 0; table < 2; table++)
        for (size_t i = 0; i < dynamic.sizes[table] / sizeof(ElfW(Rela)); i++)
            check_relocation(&dynamic.tables[table][i], &dynamic, self, extents, count);
}

void xbound_apart(void)
{
    enum { MOST = 32 };
    struct extent extents[MOST];
    int count = host_count();
    require(count <= MOST, "more libraries than expected", 0);
    step("bound", NULL);
    for (int i = 0; i < count; i++) {
        const struct library *lib = library_at(i);
        extents[i] = extent_of(lib);
        for (int j = 0; j < i; j++)
            verify(extents[i].map != extents[j].map, "each library is loaded for itself", 0);
        verify(contains(&extents[i], (uintptr_t)library_export(lib)),
               "a library's export is its own", 0);
    }
    for (int i = 0; i < count; i++)
        check_library(i, extents, count);
    done("bound", NULL, 0);
}
