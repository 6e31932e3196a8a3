/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Files that the host makes get the permissions that its umask leaves them. */
//! runtimes: 1
//! needs: churn
//! deadline: 5s
#include "coexist.h"
#include <sys/stat.h>

enum { MASK = 027 };

static void check_mask(void)
{
    mode_t now = umask(MASK);
    verify(now == MASK, "the umask is the host's", __LINE__);
    if (now != MASK)
        detail("%#o, was %#o", now, MASK);
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    umask(MASK);
    xlife(check_mask);
    return host_end(0);
}
