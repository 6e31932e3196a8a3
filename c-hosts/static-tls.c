/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The library and all that it brings leave room for others in the static TLS block: they take at most half of the 1,664 bytes
 * that the loader keeps for libraries which come late. */
//! runtimes: 1
//! deadline: 5s
#define _GNU_SOURCE
#include "coexist.h"
#include <link.h>
#include <stdio.h>
#include <string.h>

enum { BUDGET = 1664 / 2 };

static bool is_static(const ElfW(Dyn) *entry)
{
    for (; entry->d_tag != DT_NULL; entry++)
        if (entry->d_tag == DT_FLAGS)
            return entry->d_un.d_val & DF_STATIC_TLS;
    return false;
}

static int add_object(struct dl_phdr_info *object, size_t size, void *sum)
{
    (void)size;
    const ElfW(Phdr) *tls = NULL;
    bool fixed = false;
    for (int i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
        if (segment->p_type == PT_TLS)
            tls = segment;
        if (segment->p_type == PT_DYNAMIC)
            fixed = is_static((const void *)(object->dlpi_addr + segment->p_vaddr));
    }
    if (tls != NULL && fixed)
        *(size_t *)sum += tls->p_memsz;
    return 0;
}

static size_t taken(void)
{
    size_t sum = 0;
    dl_iterate_phdr(add_object, &sum);
    return sum;
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    size_t before = taken();
    struct library *lib = xload(0);
    step("loaded", lib);
    size_t more = taken() - before;
    verify(more <= BUDGET, "at most 832 bytes of static TLS are taken", __LINE__);
    if (more > BUDGET)
        detail("%zu bytes", more);
    char text[32];
    snprintf(text, sizeof text, "%zu", more);
    fact("static_tls", text);
    done("loaded", lib, 0);
    return host_end(0);
}
