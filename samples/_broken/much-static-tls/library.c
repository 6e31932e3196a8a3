/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Takes 1,000 bytes of the static TLS block. */
#define SAMPLE much_static_tls
#define ID "much-static-tls"
#include "skeleton.h"

static _Thread_local __attribute__((tls_model("initial-exec"), used)) char block[1000];

__attribute__((constructor)) static void touch(void)
{
    *(volatile char *)block = 1;
}
