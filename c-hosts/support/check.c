/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Checks, and the wrappers that check what they wrap. */
#include "support.h"
#include <inttypes.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#define MOST_TEXT 200

static atomic_bool any_failed;

bool check_failed(void)
{
    return atomic_load(&any_failed);
}

static struct iovec piece(const char *text)
{
    return (struct iovec){.iov_base = (void *)(uintptr_t)text, .iov_len = strlen(text)};
}

void complain(const char *what, const char *text)
{
    if (trace_is_watched())
        return;
    struct iovec line[] = {piece("host: "), piece(what), piece(": "), piece(text), piece("\n")};
    if (writev(STDERR_FILENO, line, sizeof line / sizeof *line) < 0)
        return;
}

static void write_failed(const char *text, int line)
{
    atomic_store(&any_failed, true);
    trace_write(WIRE_FAILED, 0, text, line, 0);
    if (strlen(text) > WIRE_TEXT_SIZE)
        trace_detail(0, text + WIRE_TEXT_SIZE, MOST_TEXT - WIRE_TEXT_SIZE);
    complain("check failed", text);
}

void verify(bool good, const char *text, int line)
{
    if (!good)
        write_failed(text, line);
}

void verify_is(int64_t found, int64_t expected, const char *text, int line)
{
    if (found == expected)
        return;
    write_failed(text, line);
    detail("%" PRId64 " instead of %" PRId64, found, expected);
}

void require(bool good, const char *text, int line)
{
    if (!good)
        fail(text, line);
}

/* _exit: a library's own clean-up must not turn a failed check into a crash. */
void fail(const char *text, int line)
{
    write_failed(text, line);
    _exit(1);
}

void detail(const char *format, ...)
{
    char text[MOST_TEXT + 1];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    trace_detail(0, text, MOST_TEXT);
    complain("detail", text);
}

pthread_t xthread_sized(void *(*body)(void *), void *arg, size_t stack)
{
    pthread_attr_t attributes;
    pthread_t thread;
    require(pthread_attr_init(&attributes) == 0, "pthread_attr_init", 0);
    require(pthread_attr_setstacksize(&attributes, stack) == 0, "pthread_attr_setstacksize", 0);
    require(pthread_create(&thread, &attributes, body, arg) == 0, "pthread_create", 0);
    pthread_attr_destroy(&attributes);
    return thread;
}

pthread_t xthread(void *(*body)(void *), void *arg)
{
    pthread_t thread;
    require(pthread_create(&thread, NULL, body, arg) == 0, "pthread_create", 0);
    return thread;
}

void xjoin(pthread_t thread)
{
    require(pthread_join(thread, NULL) == 0, "pthread_join", 0);
}

void *xmalloc(size_t size)
{
    void *memory = malloc(size);
    require(memory != NULL, "malloc", 0);
    return memory;
}
