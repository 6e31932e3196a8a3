// SPDX-License-Identifier: MIT OR Apache-2.0
//! The Zig sample's eager flavour: its own main runs at DT_INIT time, before the program's.

const contract = @import("contract.zig");
const sample = @import("sample.zig");

extern fn coexist_test(name: [*:0]const u8, back: *const fn () callconv(.c) void) void;

comptime {
    @export(&runMain, .{ .name = "sample_run_main", .visibility = .hidden });
}

fn runMain(host: ?*const contract.Host) callconv(.c) void {
    _ = sample.start(host);
    main();
}

fn main() void {
    sample.print("Main, calling c\n");
    coexist_test("zig", sample.callback);
}
