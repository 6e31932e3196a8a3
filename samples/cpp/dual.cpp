/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The C++ sample's dual flavour: the library as a program. */
#include "coexist_entry.h"
#include <iostream>
#include <span>
#include <string>
#include <string_view>

int coexist_entry_main(int argc, char **argv)
{
    const std::span arguments(argv, static_cast<std::size_t>(argc));
    int status = 0;
    for (std::size_t i = 1; i < arguments.size(); i++) {
        const std::string_view argument = arguments[i];
        if (argument == "--exit" && i + 1 < arguments.size())
            status = std::stoi(arguments[++i]);
        else if (argument == "--where")
            std::cout << "loaded at " << coexist_entry_base() << '\n';
        else
            std::cout << "argument: " << argument << '\n';
    }
    return status;
}
