/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The Pascal sample's eager flavour: what needs a weak reference. */
#include "coexist_runtime.h"

const coexist_host *sample_early_host(void);

const coexist_host *sample_early_host(void)
{
    return coexist_early_host ? coexist_early_host("pascal") : NULL;
}
