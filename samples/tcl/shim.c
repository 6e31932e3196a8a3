/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * The Tcl sample's shim: the table, and main.tcl's commands in the namespace host. It marshals.
 *
 * An interpreter belongs to the thread that made it, so each thread has its own: `start` makes the
 * first one, `attach` another thread's.
 */
#include "coexist_runtime.h"
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <tcl.h>

__asm__(".pushsection .rodata\n"
        "main_tcl: .incbin \"main.tcl\"\n"
        ".byte 0\n"
        ".popsection\n");
extern const char main_tcl[] __attribute__((visibility("hidden")));

static const coexist_host *_Atomic the_host;
static _Thread_local Tcl_Interp *tcl;
static char version_text[64];

static void callback(void);

/* What main.tcl calls. */

static int host_emit(ClientData data, Tcl_Interp *interp, int count, Tcl_Obj *const args[])
{
    (void)data;
    Tcl_WideInt value;
    if (count != 3 || Tcl_GetWideIntFromObj(interp, args[2], &value) != TCL_OK)
        return TCL_ERROR;
    const coexist_host *host = atomic_load(&the_host);
    if (host)
        host->emit(host, Tcl_GetString(args[1]), value);
    return TCL_OK;
}

/* The list's elements, which are references; how large its header is, only Tcl knows. */
static int host_live(ClientData data, Tcl_Interp *interp, int count, Tcl_Obj *const args[])
{
    (void)data;
    int length;
    Tcl_Obj **elements;
    if (count != 2 || Tcl_ListObjGetElements(interp, args[1], &length, &elements) != TCL_OK)
        return TCL_ERROR;
    const coexist_host *host = atomic_load(&the_host);
    if (host)
        host->live(host, elements, (size_t)length * sizeof *elements);
    return TCL_OK;
}

static int host_apply(ClientData data, Tcl_Interp *interp, int count, Tcl_Obj *const args[])
{
    (void)data;
    Tcl_WideInt fn, arg;
    if (count != 3 || Tcl_GetWideIntFromObj(interp, args[1], &fn) != TCL_OK ||
        Tcl_GetWideIntFromObj(interp, args[2], &arg) != TCL_OK)
        return TCL_ERROR;
    int64_t result = ((coexist_fn)(uintptr_t)fn)((void *)(uintptr_t)arg);
    Tcl_SetObjResult(interp, Tcl_NewWideIntObj(result));
    return TCL_OK;
}

#ifdef EAGER
static int host_test(ClientData data, Tcl_Interp *interp, int count, Tcl_Obj *const args[])
{
    (void)data;
    (void)interp;
    if (count != 2)
        return TCL_ERROR;
    coexist_test(Tcl_GetString(args[1]), callback);
    return TCL_OK;
}
#endif

/* What the host calls. */

/* Calls a procedure of main.tcl, which leaves its result in the interpreter. */
static bool managed(const char *name, int count, int64_t first, int64_t second)
{
    Tcl_Obj *words[] = {Tcl_ObjPrintf("coexist::%s", name), Tcl_NewWideIntObj(first),
                        Tcl_NewWideIntObj(second)};
    for (int i = 0; i < 3; i++)
        Tcl_IncrRefCount(words[i]);
    bool good = Tcl_EvalObjv(tcl, count + 1, words, TCL_EVAL_GLOBAL) == TCL_OK;
    if (!good)
        fprintf(stderr, "%s\n", Tcl_GetStringResult(tcl));
    for (int i = 0; i < 3; i++)
        Tcl_DecrRefCount(words[i]);
    return good;
}

static int64_t managed_number(const char *name, int count, int64_t first, int64_t second)
{
    Tcl_WideInt result = -1;
    if (managed(name, count, first, second))
        Tcl_GetWideIntFromObj(NULL, Tcl_GetObjResult(tcl), &result);
    return result;
}

static size_t managed_text(const char *name, char *buf, size_t len)
{
    if (len == 0)
        return 0;
    buf[0] = '\0';
    if (managed(name, 0, 0, 0))
        snprintf(buf, len, "%s", Tcl_GetStringResult(tcl));
    return strlen(buf);
}

/* Whoever finalises the thread, another library perhaps, takes this library's interpreter too. */
static void delete_interpreter(ClientData unused)
{
    (void)unused;
    if (tcl)
        Tcl_DeleteInterp(tcl);
    tcl = NULL;
}

static int attach(void)
{
    if (tcl)
        return TCL_OK;
    tcl = Tcl_CreateInterp();
    Tcl_CreateThreadExitHandler(delete_interpreter, NULL);
    Tcl_CreateObjCommand(tcl, "host::emit", host_emit, NULL, NULL);
    Tcl_CreateObjCommand(tcl, "host::live", host_live, NULL, NULL);
    Tcl_CreateObjCommand(tcl, "host::apply", host_apply, NULL, NULL);
#ifdef EAGER
    Tcl_CreateObjCommand(tcl, "host::test", host_test, NULL, NULL);
#endif
    int error = Tcl_Init(tcl);
    if (error == TCL_OK)
        error = Tcl_EvalEx(tcl, main_tcl, -1, TCL_EVAL_GLOBAL);
    if (error != TCL_OK)
        fprintf(stderr, "%s\n", Tcl_GetStringResult(tcl));
    return error;
}

static int detach(void)
{
    if (tcl)
        Tcl_FinalizeThread();
    return TCL_OK;
}

static const char *version(void)
{
    return version_text;
}

static int start(const coexist_host *host)
{
    atomic_store(&the_host, host);
    if (tcl)
        return TCL_OK;
    Tcl_FindExecutable(NULL);
    int error = attach();
    if (error == TCL_OK)
        managed_text("version", version_text, sizeof version_text);
    return error;
}

static int stop(void)
{
    if (tcl)
        Tcl_Finalize();
    return TCL_OK;
}

static void callback(void)
{
    managed("callback", 0, 0, 0);
}

static int64_t call(coexist_fn fn, void *arg)
{
    return managed_number("call", 2, (int64_t)(uintptr_t)fn, (int64_t)(uintptr_t)arg);
}

static int churn(uint32_t mib, uint32_t seed, uint64_t *sum)
{
    int64_t result = managed_number("churn", 2, mib, seed);
    *sum = (uint64_t)result;
    return result < 0;
}

static int64_t raise_error(int64_t payload)
{
    return managed_number("raise", 1, payload, 0);
}

static int overflow(void)
{
    return (int)managed_number("overflow", 0, 0, 0);
}

static int64_t spawn(coexist_fn fn, void *arg)
{
    return managed_number("spawn", 2, (int64_t)(uintptr_t)fn, (int64_t)(uintptr_t)arg);
}

static size_t backtrace(char *buf, size_t len)
{
    return managed_text("backtrace", buf, len);
}

static int64_t state(void)
{
    return managed_number("state", 0, 0, 0);
}

static const coexist_runtime runtime = {
    .abi = COEXIST_ABI,
    .size = sizeof(coexist_runtime),
    .id = "tcl",
    .title = "Tcl",
    .version = version,
    .start = start,
    .stop = stop,
    .callback = callback,
    .call = call,
    .churn = churn,
    .raise = raise_error,
    .overflow = overflow,
    .spawn = spawn,
    .attach = attach,
    .detach = detach,
    .backtrace = backtrace,
    .state = state,
};

__attribute__((visibility("default"))) const coexist_runtime *COEXIST_EXPORT(tcl)(void);

const coexist_runtime *COEXIST_EXPORT(tcl)(void)
{
    return &runtime;
}

#ifdef EAGER
__attribute__((constructor)) static void run_main(void)
{
    if (start(coexist_early_host ? coexist_early_host("tcl") : NULL) == TCL_OK)
        managed("main", 0, 0, 0);
}
#endif
