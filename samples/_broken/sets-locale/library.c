/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Sets a locale for the whole process. */
#define SAMPLE sets_locale
#define ID "sets-locale"
#define START set_locale
#include "coexist_runtime.h"
static int set_locale(const coexist_host *host);
#include "skeleton.h"
#include <locale.h>

static int set_locale(const coexist_host *host)
{
    setlocale(LC_ALL, "C.UTF-8");
    return sample_start(host);
}
