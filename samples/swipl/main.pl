% SPDX-License-Identifier: MIT OR Apache-2.0
% The Prolog sample: the contract by the language and its library. It is loaded into a module of the
% library's own, where the shim has defined host_….

:- use_module(library(apply)).
:- use_module(library(lists)).
:- use_module(library(prolog_stack)).

live_every(16).
blocks_per_mib(1024).
words(256).

:- dynamic counter/1.

counter(0).

entry_version(Text) :-
    current_prolog_flag(version, Version),
    Major is Version // 10000,
    Minor is Version // 100 mod 100,
    Patch is Version mod 100,
    format(string(Text), "SWI-Prolog ~w.~w.~w", [Major, Minor, Patch]).

entry_callback(0) :-
    format("Prolog callback!~n"),
    host_emit("callback", 0).

entry_call(Function, Argument, Result) :-
    host_apply(Function, Argument, Result).

new_block(Word, Block) :-
    words(Words),
    length(List, Words),
    maplist(=(Word), List),
    Block =.. [block|List].

allocate(Blocks, Blocks, _, Living, Living) :- !.
allocate(I, Blocks, Seed, Living0, Living) :-
    Word is (Seed + I * 2654435761) mod (1 << 32),
    new_block(Word, Block),
    live_every(LiveEvery),
    (   I mod LiveEvery =:= 0
    ->  Living1 = [Block|Living0]
    ;   Living1 = Living0
    ),
    (   I =:= Blocks // 2
    ->  garbage_collect
    ;   true
    ),
    Next is I + 1,
    allocate(Next, Blocks, Seed, Living1, Living).

add_block(Block, Sum0, Sum) :-
    Block =.. [block|Words],
    sum_list(Words, Sum1),
    Sum is Sum0 + Sum1.

entry_churn(Mib, Seed, Sum) :-
    blocks_per_mib(BlocksPerMib),
    Blocks is Mib * BlocksPerMib,
    allocate(0, Blocks, Seed, [], Living),
    garbage_collect,
    foldl(add_block, Living, 0, Sum).

risky(Payload) :-
    throw(raised(Payload)).

outer(Payload) :-
    risky(Payload),
    true.

entry_raise(Payload, Found) :-
    catch(outer(Payload), raised(Found), true).

recurse(Depth, Result) :-
    Next is Depth + 1,
    recurse(Next, Below),
    Result is Below + 1.

% The default limit is a gigabyte.
entry_overflow(0) :-
    current_prolog_flag(stack_limit, Limit),
    setup_call_cleanup(
        set_prolog_flag(stack_limit, 64000000),
        catch(recurse(0, _), error(resource_error(_), _), true),
        set_prolog_flag(stack_limit, Limit)).

entry_spawn(Function, Argument, Result) :-
    thread_self(Me),
    thread_create(( host_apply(Function, Argument, Made),
                    thread_send_message(Me, spawned(Made))
                  ), Thread),
    thread_join(Thread),
    thread_get_message(spawned(Result)).

busy :-
    repeat,
    fail.

entry_spin(N, 0) :-
    forall(between(1, N, _), thread_create(busy, _, [detached(true)])).

% Something follows each call, or there would be no frame to see.
coexist_depth_1(Text) :-
    coexist_depth_2(Text),
    true.

coexist_depth_2(Text) :-
    coexist_depth_3(Text),
    true.

coexist_depth_3(Text) :-
    get_prolog_backtrace(20, Backtrace),
    with_output_to(string(Text), print_prolog_backtrace(current_output, Backtrace)).

entry_backtrace(Text) :-
    coexist_depth_1(Text),
    true.

entry_state(Count) :-
    with_mutex(coexist_counter,
               ( retract(counter(Before)),
                 Count is Before + 1,
                 assertz(counter(Count)) )).

entry_main(0) :-
    format("Main, calling c~n"),
    % Whoever comes next writes past Prolog's buffer, and stdout may be a pipe.
    flush_output,
    host_test("swipl"),
    flush_output.
