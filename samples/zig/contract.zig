// SPDX-License-Identifier: MIT OR Apache-2.0
//! `coexist_runtime.h` in Zig.

pub const abi = 1;

pub const Host = extern struct {
    abi: u32,
    size: u32,
    own: ?*anyopaque,
    emit: *const fn (*const Host, [*:0]const u8, i64) callconv(.c) void,
    live: *const fn (*const Host, *const anyopaque, usize) callconv(.c) void,
};

pub const Function = *const fn (?*anyopaque) callconv(.c) i64;

pub const Runtime = extern struct {
    abi: u32 = abi,
    size: u32 = @sizeOf(Runtime),
    id: [*:0]const u8,
    title: [*:0]const u8,
    version: ?*const fn () callconv(.c) [*:0]const u8 = null,
    start: ?*const fn (?*const Host) callconv(.c) c_int = null,
    stop: ?*const fn () callconv(.c) c_int = null,
    callback: ?*const fn () callconv(.c) void = null,
    call: ?*const fn (Function, ?*anyopaque) callconv(.c) i64 = null,
    churn: ?*const fn (u32, u32, *u64) callconv(.c) c_int = null,
    raise: ?*const fn (i64) callconv(.c) i64 = null,
    fault: ?*const fn () callconv(.c) c_int = null,
    overflow: ?*const fn () callconv(.c) c_int = null,
    spawn: ?*const fn (Function, ?*anyopaque) callconv(.c) i64 = null,
    attach: ?*const fn () callconv(.c) c_int = null,
    detach: ?*const fn () callconv(.c) c_int = null,
    spin: ?*const fn (u32) callconv(.c) c_int = null,
    clock: ?*const fn (u32) callconv(.c) i64 = null,
    backtrace: ?*const fn ([*]u8, usize) callconv(.c) usize = null,
    state: ?*const fn () callconv(.c) i64 = null,
};
