/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The host's sequence of rand() goes on where it was: nobody else draws from it or seeds it. */
//! runtimes: 1
//! needs: churn
//! deadline: 5s
#include "coexist.h"
#include <stdlib.h>

enum { SEED = 2012, DRAWS = 16 };

static int expected[DRAWS];
static int drawn;

static void check_next(void)
{
    REQUIRE(drawn < DRAWS);
    bool next = rand() == expected[drawn++];
    verify(next, "rand() goes on with the host's sequence", __LINE__);
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    srand(SEED);
    for (int i = 0; i < DRAWS; i++)
        expected[i] = rand();
    srand(SEED);
    xlife(check_next);
    return host_end(0);
}
