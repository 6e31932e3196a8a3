// SPDX-License-Identifier: MIT OR Apache-2.0
//! The Zig sample: the contract by the language and its standard library.

const std = @import("std");
const builtin = @import("builtin");
const contract = @import("contract.zig");
const Allocator = std.mem.Allocator;
const Function = contract.Function;
const Host = contract.Host;

const blocks_per_mib = 1024;
const live_every = 16;
const reported = 8;

const Block = [256]u32;

const heap = std.heap.smp_allocator;

var the_host: std.atomic.Value(?*const Host) = .init(null);
var counter: std.atomic.Value(i64) = .init(0);

/// Zig has no I/O of its own: the program makes an implementation of it, and the library as well.
var threaded: ?std.Io.Threaded = null;

const runtime: contract.Runtime = .{
    .id = "zig",
    .title = "Zig",
    .version = version,
    .start = start,
    .stop = stop,
    .callback = callback,
    .call = call,
    .churn = churn,
    .raise = raise,
    .spawn = spawn,
    .spin = spin,
    .clock = clock,
    .backtrace = backtrace,
    .state = state,
};

export fn coexist_runtime_zig() *const contract.Runtime {
    return &runtime;
}

fn version() callconv(.c) [*:0]const u8 {
    return "zig " ++ builtin.zig_version_string;
}

pub fn start(host: ?*const Host) callconv(.c) c_int {
    the_host.store(host, .release);
    if (threaded == null) threaded = .init(heap, .{});
    return 0;
}

fn stop() callconv(.c) c_int {
    if (threaded) |*io| io.deinit();
    threaded = null;
    return 0;
}

pub fn print(text: []const u8) void {
    std.Io.File.stdout().writeStreamingAll(threaded.?.io(), text) catch {};
}

pub fn callback() callconv(.c) void {
    print("Zig callback!\n");
    if (the_host.load(.acquire)) |host| host.emit(host, "callback", 0);
}

fn call(function: Function, arg: ?*anyopaque) callconv(.c) i64 {
    return function(arg);
}

noinline fn newBlock(word: u32) Allocator.Error!*Block {
    const block = try heap.create(Block);
    @memset(block, word);
    // Or the compiler drops the blocks that nobody reads.
    std.mem.doNotOptimizeAway(block);
    return block;
}

fn makeAndKeep(mib: u32, seed: u32) Allocator.Error!u64 {
    var living: std.ArrayList(*Block) = .empty;
    defer {
        for (living.items) |block| heap.destroy(block);
        living.deinit(heap);
    }
    for (0..@as(usize, mib) * blocks_per_mib) |i| {
        const block = try newBlock(seed +% @as(u32, @truncate(i *% 2654435761)));
        if (i % live_every == 0)
            try living.append(heap, block)
        else
            heap.destroy(block);
    }
    var sum: u64 = 0;
    for (living.items) |block| {
        for (block) |word| sum += word;
    }
    if (the_host.load(.acquire)) |host| {
        for (0..@min(reported, living.items.len)) |i|
            host.live(host, living.items[i * living.items.len / reported], @sizeOf(Block));
    }
    return sum;
}

fn churn(mib: u32, seed: u32, sum: *u64) callconv(.c) c_int {
    sum.* = makeAndKeep(mib, seed) catch return @backingInt(std.c.E.NOMEM);
    return 0;
}

/// An error of Zig is a name: what comes with it goes this way.
const Diagnostics = struct {
    payload: i64 = 0,
};

noinline fn throwError(payload: i64, diagnostics: *Diagnostics) error{Raised}!i64 {
    diagnostics.payload = payload;
    return error.Raised;
}

noinline fn risky(payload: i64, diagnostics: *Diagnostics) error{Raised}!i64 {
    return try throwError(payload, diagnostics) +% 1;
}

fn raise(payload: i64) callconv(.c) i64 {
    var diagnostics: Diagnostics = .{};
    return risky(payload, &diagnostics) catch |err| switch (err) {
        error.Raised => diagnostics.payload,
    };
}

fn work(function: Function, arg: ?*anyopaque, result: *i64) void {
    result.* = function(arg);
}

fn spawn(function: Function, arg: ?*anyopaque) callconv(.c) i64 {
    var result: i64 = -1;
    const thread = std.Thread.spawn(.{}, work, .{ function, arg, &result }) catch return -1;
    thread.join();
    return result;
}

fn busy() void {
    var round: u32 = 0;
    while (true) {
        round +%= 1;
        std.mem.doNotOptimizeAway(round);
    }
}

fn spin(n: u32) callconv(.c) c_int {
    for (0..n) |_| {
        const thread = std.Thread.spawn(.{}, busy, .{}) catch return 1;
        thread.detach();
    }
    return 0;
}

fn clock(n: u32) callconv(.c) i64 {
    var now: std.Io.Timestamp = .zero;
    for (0..n) |_| now = .now(threaded.?.io(), .awake);
    return @intCast(now.nanoseconds);
}

noinline fn coexist_depth_3(writer: *std.Io.Writer) void {
    std.debug.writeCurrentStackTrace(.{}, .{ .writer = writer, .mode = .no_color }) catch {};
    std.mem.doNotOptimizeAway(writer);
}

noinline fn coexist_depth_2(writer: *std.Io.Writer) void {
    coexist_depth_3(writer);
    std.mem.doNotOptimizeAway(writer);
}

noinline fn coexist_depth_1(writer: *std.Io.Writer) void {
    coexist_depth_2(writer);
    std.mem.doNotOptimizeAway(writer);
}

fn backtrace(buf: [*]u8, len: usize) callconv(.c) usize {
    if (len == 0) return 0;
    var writer: std.Io.Writer = .fixed(buf[0 .. len - 1]);
    coexist_depth_1(&writer);
    buf[writer.end] = 0;
    return writer.end;
}

fn state() callconv(.c) i64 {
    return counter.fetchAdd(1, .monotonic) + 1;
}
