// SPDX-License-Identifier: MIT OR Apache-2.0
// The C# sample: the contract by the language and its library.

using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading;

[UnmanagedFunctionPointer(CallingConvention.Cdecl)]
delegate void EmitFunction(string what, long value);

[UnmanagedFunctionPointer(CallingConvention.Cdecl)]
delegate void LiveFunction(IntPtr block, UIntPtr size);

[UnmanagedFunctionPointer(CallingConvention.Cdecl)]
delegate long HostFunction(IntPtr argument);

[UnmanagedFunctionPointer(CallingConvention.Cdecl)]
delegate void TestFunction(string name);

static class Program
{
    const int LiveEvery = 16;
    const int Reported = 8;
    const int BlocksPerMib = 1024;
    const int Words = 256;

    static EmitFunction emit;
    static LiveFunction live;
    static long counter;
    static volatile int round;

    static T Foreign<T>(IntPtr function)
    {
        return (T)(object)Marshal.GetDelegateForFunctionPointer(function, typeof(T));
    }

    static long Bind(long emitFunction, long liveFunction)
    {
        emit = Foreign<EmitFunction>((IntPtr)emitFunction);
        live = Foreign<LiveFunction>((IntPtr)liveFunction);
        return 0;
    }

    static string Version()
    {
        Type runtime = Type.GetType("Mono.Runtime");
        var name = runtime.GetMethod("GetDisplayName",
            System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static);
        return "Mono " + name.Invoke(null, null);
    }

    static long Callback(long first, long second)
    {
        Console.WriteLine("C# callback!");
        emit("callback", 0);
        return 0;
    }

    static long Call(long function, long argument)
    {
        return Foreign<HostFunction>((IntPtr)function)((IntPtr)argument);
    }

    static uint[] NewBlock(uint word)
    {
        var block = new uint[Words];
        for (int i = 0; i < Words; i++)
            block[i] = word;
        return block;
    }

    static long Churn(long mib, long seed)
    {
        uint blocks = (uint)mib * BlocksPerMib;
        var living = new List<uint[]>();
        for (uint i = 0; i < blocks; i++) {
            uint[] block = NewBlock(unchecked((uint)seed + i * 2654435761u));
            if (i % LiveEvery == 0)
                living.Add(block);
            if (i == blocks / 2)
                GC.Collect();
        }
        GC.Collect();
        long sum = 0;
        foreach (uint[] block in living)
            foreach (uint word in block)
                sum += word;
        for (int i = 0; i < Math.Min(Reported, living.Count); i++) {
            var pin = GCHandle.Alloc(living[i * living.Count / Reported], GCHandleType.Pinned);
            live(pin.AddrOfPinnedObject(), (UIntPtr)(Words * sizeof(uint)));
            pin.Free();
        }
        return sum;
    }

    sealed class Raised : Exception
    {
        public readonly long Payload;

        public Raised(long payload)
        {
            Payload = payload;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Throw(long payload)
    {
        throw new Raised(payload);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Risky(long payload)
    {
        Throw(payload);
    }

    static long Raise(long payload, long unused)
    {
        try {
            Risky(payload);
        } catch (Raised error) {
            return error.Payload;
        }
        return ~payload;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static int Read(uint[] words)
    {
        return words.Length;
    }

    static long Fault(long first, long second)
    {
        try {
            return Read(null) + 1;
        } catch (NullReferenceException) {
            return 0;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static int Recurse(int depth)
    {
        return Recurse(depth + 1) + 1;
    }

    static long Overflow(long first, long second)
    {
        try {
            return Recurse(0);
        } catch (StackOverflowException) {
            return 0;
        }
    }

    static long Spawn(long function, long argument)
    {
        long result = -1;
        var thread = new Thread(() => result = Call(function, argument));
        thread.Start();
        thread.Join();
        return result;
    }

    static void Busy()
    {
        while (true)
            round++;
    }

    static long Spin(long n, long unused)
    {
        for (; n > 0; n--)
            new Thread(Busy) { IsBackground = true }.Start();
        return 0;
    }

    static long Clock(long n, long unused)
    {
        long last = 0;
        for (; n > 0; n--)
            last = Stopwatch.GetTimestamp();
        return last * (1000000000 / Stopwatch.Frequency);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static string coexist_depth_1()
    {
        return "" + coexist_depth_2();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static string coexist_depth_2()
    {
        return "" + coexist_depth_3();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static string coexist_depth_3()
    {
        return new StackTrace().ToString();
    }

    static string Backtrace()
    {
        return coexist_depth_1();
    }

    static long State(long first, long second)
    {
        return Interlocked.Increment(ref counter);
    }

    static TestFunction test;

    /* What the eager flavour calls Main through. */
    static long RunMain(long testFunction, long unused)
    {
        test = Foreign<TestFunction>((IntPtr)testFunction);
        Main();
        return 0;
    }

    static void Main()
    {
        Console.WriteLine("Main, calling pinvoke");
        test("mono");
    }
}
