/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * Makes a shared library a program as well: a program interpreter and an entry point, for the dual
 * flavours. Include it in exactly one C or C++ file of the library, define coexist_entry_main in
 * that file or another one, and link with -Wl,-e,coexist_entry.
 */
#ifndef COEXIST_ENTRY_H
#define COEXIST_ENTRY_H

#include <features.h>

#if !defined(__linux__) || !defined(__x86_64__) || !defined(__GLIBC__)
#error "coexist_entry.h knows x86-64 Linux with glibc only"
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* The program. Its result is the exit status. Constructors, the eager one too, ran before it. */
int coexist_entry_main(int argc, char **argv) __attribute__((visibility("hidden")));

/* Where the library lies: the address of its ELF header. */
const void *coexist_entry_base(void) __attribute__((visibility("hidden")));

extern const char __ehdr_start[] __attribute__((visibility("hidden")));

const void *coexist_entry_base(void)
{
    return __ehdr_start;
}

/* `retain`, as nothing refers to it and rustc links with --gc-sections. */
__attribute__((section(".interp"), used, retain)) static const char coexist_entry_interp[] =
    "/lib64/ld-linux-x86-64.so.2";

void coexist_entry(void) __attribute__((naked, used, visibility("hidden")));

/* The dynamic linker leaves the constructors of a program's own file to __libc_start_main: since
 * glibc 2.34 it runs them itself when it gets no `init`. An entry that skips it never brings the
 * runtime up. At the entry the stack holds argc and argv, and rdx the linker's own fini. */
void coexist_entry(void)
{
    __asm__("xorl %ebp, %ebp\n\t"
            "movq %rdx, %r9\n\t"
            "popq %rsi\n\t"
            "movq %rsp, %rdx\n\t"
            "andq $-16, %rsp\n\t"
            "pushq %rax\n\t"
            "pushq %rsp\n\t"
            "xorl %r8d, %r8d\n\t"
            "xorl %ecx, %ecx\n\t"
            "leaq coexist_entry_main(%rip), %rdi\n\t"
            "call *__libc_start_main@GOTPCREL(%rip)\n\t"
            "hlt");
}

#ifdef __cplusplus
}
#endif
#endif
