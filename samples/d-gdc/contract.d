// SPDX-License-Identifier: MIT OR Apache-2.0
/// `coexist_runtime.h` in D.
module contract;

enum uint abiNumber = 1;

extern (C):

struct Host
{
    uint abi;
    uint size;
    void* self;
    void function(const(Host)*, const(char)*, long) nothrow @nogc emit;
    void function(const(Host)*, const(void)*, size_t) nothrow @nogc live;
}

alias Function = long function(void*);

struct Runtime
{
    uint abi;
    uint size;
    const(char)* id;
    const(char)* title;
    const(char)* function() version_;
    int function(const(Host)*) start;
    int function() stop;
    void function() callback;
    long function(Function, void*) call;
    int function(uint, uint, ulong*) churn;
    long function(long) raise;
    int function() fault;
    int function() overflow;
    long function(Function, void*) spawn;
    int function() attach;
    int function() detach;
    int function(uint) spin;
    long function(uint) clock;
    size_t function(char*, size_t) backtrace;
    long function() state;
}
