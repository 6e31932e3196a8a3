/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* A library works in a link-map namespace of its own, with a C library of its own: alone, beside the same file in the
 * host's namespace, and as two, which know nothing of each other. It
 * prints nothing: what its C library holds, the host's exit would not write. */
//! runtimes: 1
//! needs: call state
//! modes: one beside two
//! deadline: 5s
#include "coexist.h"

enum { MOST = 2, NUMBER = 23 };

static int64_t answer(void *arg)
{
    return *(const int64_t *)arg;
}

/* Both are the first runtime of the cell, and in the trace one library. */
static struct library load(bool apart)
{
    const char *error = NULL;
    struct library *lib = apart ? load_namespace(0, &error) : xload(0);
    if (lib == NULL) {
        verify(false, "the loader has a namespace for the library", __LINE__);
        detail("%s", error);
        fail("the library is loaded", __LINE__);
    }
    return *lib;
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    int count = host_is_mode("one") ? 1 : MOST;
    struct library libraries[MOST];
    for (int i = 0; i < count; i++) {
        libraries[i] = load(i == 0 || host_is_mode("two"));
        xstart(&libraries[i]);
        xstate_is(&libraries[i], 1);
    }
    for (int i = 0; i < count; i++) {
        int64_t number = NUMBER;
        verify_is(xcall(&libraries[i], answer, &number), NUMBER,
                  "call returns what the host's function does", __LINE__);
        xstate_is(&libraries[i], 2);
    }
    for (int i = count - 1; i >= 0; i--)
        xstop(&libraries[i]);
    return host_end(0);
}
