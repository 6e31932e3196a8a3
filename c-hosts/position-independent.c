/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The library and all that it brings need no text relocations, have no segment that is writable and executable, and do not ask
 * for an executable stack. */
//! runtimes: 1
//! deadline: 5s
#define _GNU_SOURCE
#include "coexist.h"
#include <link.h>
#include <string.h>

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

static void check(bool good, const char *text, const struct dl_phdr_info *object)
{
    verify(good, text, __LINE__);
    if (!good)
        detail("%s; ", base_name(object->dlpi_name));
}

static bool relocates_text(const ElfW(Dyn) *entry)
{
    for (; entry->d_tag != DT_NULL; entry++)
        if (entry->d_tag == DT_TEXTREL ||
            (entry->d_tag == DT_FLAGS && (entry->d_un.d_val & DF_TEXTREL)))
            return true;
    return false;
}

static int check_object(struct dl_phdr_info *object, size_t size, void *data)
{
    (void)size, (void)data;
    bool has_stack = false;
    for (int i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
        uint32_t flags = segment->p_flags;
        if (segment->p_type == PT_LOAD)
            check(!(flags & PF_W && flags & PF_X), "no segment is writable and executable", object);
        if (segment->p_type == PT_DYNAMIC) {
            const void *dynamic = (const void *)(object->dlpi_addr + segment->p_vaddr);
            check(!relocates_text(dynamic), "code needs no relocations", object);
        }
        if (segment->p_type == PT_GNU_STACK) {
            has_stack = true;
            check(!(flags & PF_X), "no executable stack is asked for", object);
        }
    }
    /* The loader takes a file without the header for one that wants it. The kernel's vDSO has no name of a file. */
    if (strchr(object->dlpi_name, '/') != NULL)
        check(has_stack, "the file says what stack it needs", object);
    return 0;
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    struct library *lib = xload(0);
    step("segments", lib);
    dl_iterate_phdr(check_object, NULL);
    done("segments", lib, 0);
    return host_end(0);
}
