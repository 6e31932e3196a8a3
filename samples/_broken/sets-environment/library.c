/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Adds a variable to the environment. */
#define SAMPLE sets_environment
#define ID "sets-environment"
#define START set_variable
#include "coexist_runtime.h"
static int set_variable(const coexist_host *host);
#include "skeleton.h"

static int set_variable(const coexist_host *host)
{
    setenv("SAMPLE_HOME", "/", 1);
    return sample_start(host);
}
