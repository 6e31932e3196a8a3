// SPDX-License-Identifier: MIT OR Apache-2.0
/// The D sample's eager flavour: its own main runs at DT_INIT time, before the program's.
module eager;

import sample : callback;
import std.stdio : stdout, writeln;

extern (C) void coexist_test(const(char)* name, void function() back);

void mainOfSample()
{
    writeln("Main, calling c");
    coexist_test("d-ldc", &callback);
    // Whoever comes next may write past stdio, and stdout may be a pipe.
    stdout.flush();
}

extern (C) void sample_main()
{
    mainOfSample();
}
