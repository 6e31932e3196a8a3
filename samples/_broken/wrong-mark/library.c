/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Sends a message of its own over the mark socket, and goes on as if nothing had happened. */
#define SAMPLE wrong_mark
#define ID "wrong-mark"
#define CALLBACK send_garbage
static void send_garbage(void);
#include "skeleton.h"
#include "coexist_wire.h"
#include <sys/socket.h>

static void send_garbage(void)
{
    static const char garbage[] = "no mark";
    sample_callback();
    send(WIRE_MARK_FD, garbage, sizeof garbage, MSG_NOSIGNAL);
}
