/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The C++ sample's eager flavour: its own main runs at DT_INIT time, before the program's. */
#include "runtime.hpp"
#include <iostream>

namespace sample {
namespace {

void main()
{
    std::cout << "Main, calling c" << std::endl;
    coexist_test("cpp", callback);
    /* Whoever comes next may write past stdio, and stdout may be a pipe. */
    std::cout << std::flush;
}

/* Below <iostream>, so constructed after std::cout. */
const struct early {
    early()
    {
        if (coexist_early_host)
            start(coexist_early_host("cpp"));
        main();
    }
} constructed_at_load;

} // namespace
} // namespace sample
