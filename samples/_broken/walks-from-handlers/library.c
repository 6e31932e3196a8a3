/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Looks for its own function from its handler, as an exception does that is thrown there; what is not its own fault it hands on from
 * a function that has no unwind tables. */
#define _GNU_SOURCE
#define SAMPLE walks_from_handlers
#define ID "walks-from-handlers"
#define START take
#define FAULT fault_below
#define OVERFLOW overflow_below
#include "coexist_runtime.h"

static int take(const coexist_host *host);
static int fault_below(void);
static int overflow_below(void);
#include "skeleton.h"
#include "recover.h"
#include <unwind.h>

static void (*previous)(int, siginfo_t *, void *) __attribute__((used));

void hand_on(int signal, siginfo_t *info, void *context);
__asm__(".text\n"
        ".type hand_on, @function\n"
        "hand_on:\n\t"
        "subq $8, %rsp\n\t"
        "call *previous(%rip)\n\t"
        "addq $8, %rsp\n\t"
        "ret\n"
        ".size hand_on, . - hand_on\n");

static _Unwind_Reason_Code look(struct _Unwind_Context *context, void *arg)
{
    _Unwind_Ptr start = _Unwind_GetRegionStart(context);
    if (start != (_Unwind_Ptr)fault_below && start != (_Unwind_Ptr)overflow_below)
        return _URC_NO_REASON;
    *(bool *)arg = true;
    return _URC_END_OF_STACK;
}

static void throw_out(int signal, siginfo_t *info, void *context)
{
    bool reached = false;
    if (!recovering) {
        hand_on(signal, info, context);
        return;
    }
    _Unwind_Backtrace(look, &reached);
    if (!reached)
        abort();
    siglongjmp(recovery, 1);
}

static int take(const coexist_host *host)
{
    const struct sigaction action = {.sa_sigaction = throw_out,
                                     .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
    struct sigaction before;
    if (recover_altstack() != 0 || sigaction(SIGSEGV, &action, &before) != 0)
        return 1;
    previous = before.sa_sigaction;
    return sample_start(host);
}

/* Its frame is what the handler looks for: the call is not the last thing that it does. */
static int fault_below(void)
{
    volatile int result = recover_fault();
    return result;
}

/* The mask stays as it is in the handler: SA_NODEFER sees to that. */
static int overflow_below(void)
{
    volatile int result = recover_overflow_with(0);
    return result;
}
