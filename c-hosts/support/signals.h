/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* What scenarios of signals share. Not in include/, of which every library is made. */
#ifndef COEXIST_SIGNALS_H
#define COEXIST_SIGNALS_H

#include "../include/coexist.h"
#include <signal.h>

#pragma GCC visibility push(hidden)

/* Signals that programs have handlers for: INT TERM HUP USR1 USR2 CHLD PIPE PROF URG ALRM and a real-time one. */
enum { PROGRAM_SIGNALS = 11 };
int program_signal(int index);

/* "SIGUSR1", "SIG37". Valid until the next call. */
const char *signal_name(int signal);
void xsigaction(int signal, const struct sigaction *action, struct sigaction *old);
/* A handler with the flags SA_RESTART and no others. */
void xhandle(int signal, void (*handler)(int));
void xhandle_all(void (*handler)(int)); /* for all program signals */

/* Faults of the host's own: it returns after the handler has called fault_recover. */
enum fault_kind { FAULT_SEGV, FAULT_BUS, FAULT_FPE, FAULT_KINDS };
int fault_signal(enum fault_kind kind);
/* Makes the fault; true if the handler recovered from it. */
bool host_fault(enum fault_kind kind);
bool fault_is_hosts(void); /* in a handler: the host is in host_fault on this thread */
_Noreturn void fault_recover(void);

#pragma GCC visibility pop

#endif
