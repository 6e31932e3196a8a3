/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The half that each build has for itself. */
#include "halves.h"

#ifndef REST
#define REST 1
#endif

int rest_id(void)
{
    return REST;
}
