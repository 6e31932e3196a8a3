// SPDX-License-Identifier: MIT OR Apache-2.0
/// The D sample's dual flavour: the library as a program.
module dual;

import std.algorithm : map;
import std.array : array;
import std.conv : to;
import std.stdio : writefln;
import std.string : fromStringz;

extern (C) const(void)* coexist_entry_base();

extern (C) int sample_program(int count, char** texts)
{
    int status;
    const arguments = texts[0 .. count].map!(text => text.fromStringz).array;
    for (size_t i = 1; i < arguments.length; i++)
    {
        if (arguments[i] == "--exit" && i + 1 < arguments.length)
            status = arguments[++i].to!int;
        else if (arguments[i] == "--where")
            writefln("loaded at 0x%x", cast(size_t) coexist_entry_base());
        else
            writefln("argument: %s", arguments[i]);
    }
    return status;
}
