// SPDX-License-Identifier: MIT OR Apache-2.0
/// The D sample: the contract by the language, druntime and Phobos.
module sample;

import contract;
import core.atomic : atomicLoad, atomicOp, atomicStore;
import core.memory : GC;
import core.runtime : Runtime_ = Runtime;
import core.sys.linux.dlfcn : Dl_info, dladdr;
import core.thread : Thread, thread_attachThis, thread_detachThis;
import core.time : MonoTime, ticksToNSecs;
import std.conv : to;
import std.path : baseName;
import std.stdio : writeln;
import std.string : fromStringz, toStringz;

enum uint blocksPerMib = 1024;
enum uint liveEvery = 16;
enum size_t reported = 8;

shared const(Host)* theHost;
shared long counter;
__gshared immutable(char)* versionText;

static immutable Runtime runtime = {
    abi: abiNumber,
    size: Runtime.sizeof,
    id: "d-ldc",
    title: "D-LDC",
    version_: &version_,
    start: &start,
    stop: &stop,
    callback: &callback,
    call: &call,
    churn: &churn,
    raise: &raise,
    spawn: &spawn,
    attach: &attach,
    detach: &detach,
    spin: &spin,
    clock: &clock,
    state: &state,
};

extern (C) immutable(Runtime)* coexist_runtime_d_ldc()
{
    return &runtime;
}

const(Host)* presentHost()
{
    return cast(const(Host)*) atomicLoad(theHost);
}

extern (C) const(char)* version_()
{
    return versionText;
}

/// druntime has no call that tells its version: the name of the loaded file does, unless that is this one.
string askVersion()
{
    Dl_info info, own;
    dladdr(&thread_attachThis, &info);
    dladdr(&runtime, &own);
    const linkedIn = info.dli_fbase is own.dli_fbase;
    const file = linkedIn ? "static druntime" : baseName(info.dli_fname.fromStringz);
    return (file ~ " (compiled by " ~ __VENDOR__ ~ ", D " ~ to!string(__VERSION__) ~ ")").idup;
}

extern (C) int start(const(Host)* host)
{
    if (host)
        atomicStore(theHost, cast(shared) host);
    if (!Runtime_.initialize())
        return 1;
    if (versionText)
    {
        // druntime counts: only the first start is to be undone by stop.
        Runtime_.terminate();
        return 0;
    }
    versionText = toStringz(askVersion());
    GC.addRoot(versionText);
    return 0;
}

extern (C) int stop()
{
    versionText = null;
    return Runtime_.terminate() ? 0 : 1;
}

extern (C) void callback()
{
    writeln("D-LDC callback!");
    if (const host = presentHost())
        host.emit(host, "callback", 0);
}

extern (C) long call(Function fn, void* arg)
{
    return fn(arg);
}

uint[] newBlock(uint word)
{
    auto block = new uint[256];
    block[] = word;
    return block;
}

extern (C) int churn(uint mib, uint seed, ulong* sum)
{
    const blocks = mib * blocksPerMib;
    uint[][] living;
    foreach (uint i; 0 .. blocks)
    {
        auto block = newBlock(seed + i * 2_654_435_761u);
        if (i % liveEvery == 0)
            living ~= block;
        if (i == blocks / 2)
            GC.collect();
    }
    GC.collect();
    ulong total;
    foreach (block; living)
        foreach (word; block)
            total += word;
    *sum = total;
    if (const host = presentHost())
        foreach (i; 0 .. living.length ? reported : 0)
        {
            auto block = living[i * living.length / reported];
            host.live(host, block.ptr, block.length * uint.sizeof);
        }
    return 0;
}

class Raised : Exception
{
    this(long payload)
    {
        super("raised by the D sample");
        this.payload = payload;
    }

    long payload;
}

pragma(inline, false) void throwError(long payload)
{
    throw new Raised(payload);
}

pragma(inline, false) long risky(long payload)
{
    scope unwound = new Object;
    throwError(payload);
    return unwound.toHash;
}

extern (C) long raise(long payload)
{
    try
        return ~risky(payload);
    catch (Raised error)
        return error.payload;
}

extern (C) long spawn(Function fn, void* arg)
{
    long result = -1;
    new Thread({ result = fn(arg); }).start().join();
    return result;
}

extern (C) int attach()
{
    return thread_attachThis() ? 0 : 1;
}

extern (C) void thread_setThis(Thread) nothrow;

extern (C) int detach()
{
    thread_detachThis();
    // Or a later attach of this thread finds it attached, and its stack is not scanned.
    thread_setThis(null);
    return 0;
}

extern (C) int spin(uint n)
{
    foreach (_; 0 .. n)
    {
        auto thread = new Thread({
            for (shared uint round;; atomicOp!"+="(round, 1))
            {
            }
        });
        thread.isDaemon = true;
        thread.start();
    }
    return 0;
}

extern (C) long clock(uint n)
{
    MonoTime now;
    foreach (_; 0 .. n)
        now = MonoTime.currTime;
    return ticksToNSecs(now.ticks);
}

extern (C) long state()
{
    return atomicOp!"+="(counter, 1);
}
