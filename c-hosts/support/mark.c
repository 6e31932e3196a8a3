/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The handshake over the mark socket: the host stands still while the harness measures. */
#include "support.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static bool answered; /* there is a harness that answers marks */
static pthread_mutex_t mark_lock = PTHREAD_MUTEX_INITIALIZER;
static uint32_t last_index;

void mark_open(void)
{
    answered = trace_is_watched() && fcntl(WIRE_MARK_FD, F_SETFD, FD_CLOEXEC) == 0;
    if (!answered)
        return;
    /* The harness may have died before the death signal was set. It then holds no other end. */
    struct pollfd end = {.fd = WIRE_MARK_FD, .events = 0};
    if (poll(&end, 1, 0) == 1 && (end.revents & POLLHUP) != 0)
        _exit(1);
}

static struct wire_mark mark_message(enum wire_mark_kind kind, uint32_t index, const char *name)
{
    struct wire_mark message = {
        .magic = WIRE_MAGIC, .nonce = trace_nonce(), .kind = kind, .index = index};
    memcpy(message.name, name, strnlen(name, sizeof message.name - 1));
    return message;
}

void mark_full(void)
{
    if (!answered)
        return;
    int saved = errno;
    struct wire_mark message = mark_message(WIRE_MARK_FULL, 0, "full");
    send(WIRE_MARK_FD, &message, sizeof message, MSG_DONTWAIT | MSG_NOSIGNAL);
    errno = saved;
}

static void mark_exchange(enum wire_mark_kind kind, const char *name)
{
    struct wire_mark request = mark_message(kind, ++last_index, name);
    ssize_t n;
    do
        n = send(WIRE_MARK_FD, &request, sizeof request, MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        _exit(1);

    struct wire_mark answer;
    do
        n = recv(WIRE_MARK_FD, &answer, sizeof answer, 0);
    while (n < 0 && errno == EINTR);
    if (n <= 0)
        _exit(1);
    if (n != sizeof answer || answer.magic != WIRE_MAGIC || answer.nonce != request.nonce ||
        answer.kind != WIRE_MARK_ANSWER || answer.index != request.index)
        fail("the answer to a mark is not the harness's", 0);
}

void mark(const char *name)
{
    pthread_mutex_lock(&mark_lock);
    trace_write(WIRE_MARK, 0, name, 0, 0);
    if (answered) {
        state_tell();
        mark_exchange(WIRE_MARK_REQUEST, name);
    }
    pthread_mutex_unlock(&mark_lock);
}

void mark_hung(void)
{
    pthread_mutex_lock(&mark_lock);
    if (answered)
        mark_exchange(WIRE_MARK_HUNG, "hung");
    pthread_mutex_unlock(&mark_lock);
}
