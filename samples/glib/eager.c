/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The GLib sample's eager flavour: its own main runs at DT_INIT time, before the program's. */
#include "runtime.h"
#include <glib.h>

int main(void)
{
    g_print("Main, calling c\n");
    coexist_test("glib", runtime_callback);
    return 0;
}

__attribute__((constructor)) static void run_main(void)
{
    if (coexist_early_host)
        runtime_start(coexist_early_host("glib"));
    main();
}
