/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The half that several builds share: it asks the other half that it is bound to. */
#include "halves.h"
#include <stdlib.h>

void core_start(int own_rest)
{
    if (rest_id() != own_rest)
        abort();
}
