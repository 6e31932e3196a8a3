{ SPDX-License-Identifier: MIT OR Apache-2.0 }
{ The Pascal sample: the contract by the language and its run-time library. }
library sample;

{$mode objfpc}{$H+}

uses
  cthreads, SysUtils;

const
  BlocksPerMib = 1024;
  LiveEvery = 16;
  Reported = 8;

type
  PHost = ^THost;
  THost = record
    abi, size: UInt32;
    self: Pointer;
    emit: procedure(host: PHost; what: PAnsiChar; value: Int64); cdecl;
    live: procedure(host: PHost; block: Pointer; size: SizeUInt); cdecl;
  end;

  TFunction = function(arg: Pointer): Int64; cdecl;

  PRuntime = ^TRuntime;
  TRuntime = record
    abi, size: UInt32;
    id, title: PAnsiChar;
    version: function: PAnsiChar; cdecl;
    start: function(host: PHost): Int32; cdecl;
    stop: CodePointer;
    callback: procedure; cdecl;
    call: function(fn: TFunction; arg: Pointer): Int64; cdecl;
    churn: function(mib, seed: UInt32; sum: PUInt64): Int32; cdecl;
    raise_: function(payload: Int64): Int64; cdecl;
    fault: function: Int32; cdecl;
    overflow: CodePointer;
    spawn: function(fn: TFunction; arg: Pointer): Int64; cdecl;
    attach, detach: CodePointer;
    spin: function(n: UInt32): Int32; cdecl;
    clock: function(n: UInt32): Int64; cdecl;
    backtrace: function(buf: PAnsiChar; len: SizeUInt): SizeUInt; cdecl;
    state: function: Int64; cdecl;
  end;

  PBlock = ^TBlock;
  TBlock = array[0..255] of UInt32;

  ERaised = class(Exception)
    Payload: Int64;
    constructor Create(APayload: Int64);
  end;

  PTask = ^TTask;
  TTask = record
    Fn: TFunction;
    Arg: Pointer;
    Outcome: Int64;
  end;

var
  TheHost: PHost = nil;
  Counter: Int64 = 0;

function Version: PAnsiChar; cdecl;
begin
  Version := 'Free Pascal ' + {$I %FPCVERSION%};
end;

function Start(Host: PHost): Int32; cdecl;
begin
  TheHost := Host;
{$ifndef plain}
  { A program of Pascal has the handler, a library has to ask for it. }
  HookSignal(RTL_SIGSEGV);
{$endif}
  Start := 0;
end;

procedure Callback; cdecl;
begin
  WriteLn('Pascal callback!');
  if TheHost <> nil then
    TheHost^.emit(TheHost, 'callback', 0);
end;

function Call(Fn: TFunction; Arg: Pointer): Int64; cdecl;
begin
  Call := Fn(Arg);
end;

function NewBlock(Word: UInt32): PBlock;
begin
  New(NewBlock);
  FillDWord(NewBlock^, Length(NewBlock^), Word);
end;

threadvar
  { The blocks that were reported last: they live until they have been looked at. }
  Shown: array[0..Reported - 1] of PBlock;

function Churn(Mib, Seed: UInt32; Sum: PUInt64): Int32; cdecl;
var
  Living: array of PBlock = nil;
  Made: PBlock;
  Word: UInt32;
  I: SizeInt;
begin
  SetLength(Living, SizeInt(Mib) * BlocksPerMib div LiveEvery);
  for I := 0 to SizeInt(Mib) * BlocksPerMib - 1 do
  begin
    Made := NewBlock(UInt32(Seed + I * 2654435761));
    if I mod LiveEvery = 0 then
      Living[I div LiveEvery] := Made
    else
      Dispose(Made);
  end;
  Sum^ := 0;
  for Made in Living do
    for Word in Made^ do
      Sum^ := Sum^ + Word;
  for I := 0 to Reported - 1 do
  begin
    if Shown[I] <> nil then
      Dispose(Shown[I]);
    Shown[I] := nil;
  end;
  if (TheHost <> nil) and (Length(Living) >= Reported) then
    for I := 0 to Reported - 1 do
    begin
      Shown[I] := Living[I * Length(Living) div Reported];
      Living[I * Length(Living) div Reported] := nil;
      TheHost^.live(TheHost, Shown[I], SizeOf(TBlock));
    end;
  for Made in Living do
    if Made <> nil then
      Dispose(Made);
  Churn := 0;
end;

constructor ERaised.Create(APayload: Int64);
begin
  inherited Create('raised by the Pascal sample');
  Payload := APayload;
end;

procedure Throw(Payload: Int64);
begin
  raise ERaised.Create(Payload);
end;

procedure Risky(Payload: Int64);
var
  Unwound: PBlock;
begin
  New(Unwound);
  try
    Throw(Payload);
  finally
    Dispose(Unwound);
  end;
end;

function RaiseError(Payload: Int64): Int64; cdecl;
begin
  RaiseError := not Payload;
  try
    Risky(Payload);
  except
    on Error: ERaised do
      RaiseError := Error.Payload;
  end;
end;

function Read(From: PBlock): UInt32;
begin
  Read := From^[0];
end;

function Fault: Int32; cdecl;
begin
  Fault := 1;
  try
    Read(nil);
  except
    on EAccessViolation do
      Fault := 0;
  end;
end;

function Work(Task: Pointer): PtrInt;
begin
  with PTask(Task)^ do
    Outcome := Fn(Arg);
  Work := 0;
end;

function Spawn(Fn: TFunction; Arg: Pointer): Int64; cdecl;
var
  Task: TTask;
  Thread: TThreadID;
begin
  Task.Fn := Fn;
  Task.Arg := Arg;
  Task.Outcome := -1;
  Thread := BeginThread(@Work, @Task);
  if Thread <> TThreadID(0) then
  begin
    WaitForThreadTerminate(Thread, 0);
    CloseThread(Thread);
  end;
  Spawn := Task.Outcome;
end;

function Busy(Unused: Pointer): PtrInt;
var
  Round: UInt32 = 0;
begin
  while Unused = nil do
    InterlockedIncrement(Round);
  Busy := 0;
end;

function Spin(N: UInt32): Int32; cdecl;
begin
  Spin := 0;
  while N > 0 do
  begin
    if BeginThread(@Busy, nil) = TThreadID(0) then
      Spin := 1;
    Dec(N);
  end;
end;

function Clock(N: UInt32): Int64; cdecl;
begin
  Clock := 0;
  while N > 0 do
  begin
    Clock := Int64(GetTickCount64) * 1000000;
    Dec(N);
  end;
end;

{ CaptureBacktrace finds nothing in a library, which does not know where the stack ends. }
function coexist_depth_3: String;
const
  Most = 4;
var
  Frame: Pointer;
  I: SizeInt;
begin
  Result := BackTraceStrFunc(get_pc_addr) + LineEnding;
  Frame := get_frame;
  for I := 1 to Most do
  begin
    Result := Result + BackTraceStrFunc(get_caller_addr(Frame)) + LineEnding;
    Frame := get_caller_frame(Frame);
  end;
end;

function coexist_depth_2: String;
begin
  Result := coexist_depth_3;
end;

function coexist_depth_1: String;
begin
  Result := coexist_depth_2;
end;

function Backtrace(Buf: PAnsiChar; Len: SizeUInt): SizeUInt; cdecl;
begin
  if Len = 0 then
    Exit(0);
  StrPLCopy(Buf, coexist_depth_1, Len - 1);
  Backtrace := StrLen(Buf);
end;

function State: Int64; cdecl;
begin
  State := InterlockedIncrement64(Counter);
end;

const
  Runtime: TRuntime = (
    abi: 1;
    size: SizeOf(TRuntime);
    id: 'pascal';
    title: 'Pascal';
    version: @Version;
    start: @Start;
    stop: nil;
    callback: @Callback;
    call: @Call;
    churn: @Churn;
    raise_: @RaiseError;
    fault: {$ifdef plain} nil {$else} @Fault {$endif};
    overflow: nil;
    spawn: @Spawn;
    attach: nil;
    detach: nil;
    spin: @Spin;
    clock: @Clock;
    backtrace: @Backtrace;
    state: @State;
  );

function coexist_runtime_pascal: PRuntime; cdecl;
begin
  coexist_runtime_pascal := @Runtime;
end;

exports
  coexist_runtime_pascal;

{$ifdef eager}
{$L early.o}
{$linklib c}
{$linklib test}

function sample_early_host: PHost; cdecl; external;
procedure coexist_test(Name: PAnsiChar; Back: CodePointer); cdecl; external;

{ A library's main is its last block, which runs when it is loaded. }
begin
  Start(sample_early_host);
  WriteLn('Main, calling c');
  { Whoever comes next writes past Pascal's files. }
  Flush(Output);
  coexist_test('pascal', @Callback);
  Flush(Output);
{$endif}
end.
