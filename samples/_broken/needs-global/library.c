/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* An interpreter that loads an extension module, which is not linked with it: the module finds it only if the host has loaded
 * it with RTLD_GLOBAL. */
#define _GNU_SOURCE
#define SAMPLE needs_global
#define ID "needs-global"
#define START load_extension
#include "coexist_runtime.h"
static int load_extension(const coexist_host *host);
#include "skeleton.h"
#include <dlfcn.h>
#include <sys/mman.h>
#include <unistd.h>

__asm__(".pushsection .rodata\n"
        "module: .incbin \"extension.so\"\n"
        "module_end:\n"
        ".popsection\n");
extern const char module[] __attribute__((visibility("hidden")));
extern const char module_end[] __attribute__((visibility("hidden")));

__attribute__((visibility("default"))) int interpreter_entry(int number);

int interpreter_entry(int number)
{
    return number + 1;
}

static int load_extension(const coexist_host *host)
{
    char path[32];
    int file = memfd_create("extension.so", MFD_CLOEXEC);
    ssize_t written = write(file, module, (size_t)(module_end - module));
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    void *extension = written == module_end - module ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : NULL;
    close(file);
    if (extension == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        return 1;
    }
    return sample_start(host);
}
