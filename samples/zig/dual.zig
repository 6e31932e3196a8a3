// SPDX-License-Identifier: MIT OR Apache-2.0
//! The Zig sample's dual flavour: the library as a program.

const std = @import("std");
const sample = @import("sample.zig");

extern fn coexist_entry_base() *const anyopaque;

comptime {
    _ = @import("eager.zig");
    @export(&program, .{ .name = "sample_program", .visibility = .hidden });
}

fn program(argc: c_int, argv: [*]const [*:0]const u8) callconv(.c) c_int {
    var status: c_int = 0;
    var i: usize = 1;
    while (i < @as(usize, @intCast(argc))) : (i += 1) {
        const argument = std.mem.span(argv[i]);
        var buffer: [256]u8 = undefined;
        if (std.mem.eql(u8, argument, "--exit")) {
            i += 1;
            status = std.fmt.parseInt(c_int, std.mem.span(argv[i]), 10) catch 1;
        } else if (std.mem.eql(u8, argument, "--where")) {
            sample.print(std.mem.print(&buffer, "loaded at 0x{x}\n", .{@intFromPtr(coexist_entry_base())}) catch "");
        } else {
            sample.print(std.mem.print(&buffer, "argument: {s}\n", .{argument}) catch "");
        }
    }
    return status;
}
