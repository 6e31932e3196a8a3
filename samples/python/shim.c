/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The Python sample's shim: the table, and what main.py finds as `host`. It marshals. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "coexist_runtime.h"
#include <stdatomic.h>
#include <stdbool.h>

__asm__(".pushsection .rodata\n"
        "main_py: .incbin \"main.py\"\n"
        ".byte 0\n"
        ".popsection\n");
extern const char main_py[] __attribute__((visibility("hidden")));

static const coexist_host *_Atomic the_host;
static PyObject *globals; /* main.py's module dictionary */
static bool initialised_here;
static char version_text[64];

static void callback(void);

/* What main.py calls. */

static PyObject *host_emit(PyObject *self, PyObject *args)
{
    (void)self;
    const char *what;
    long long value;
    if (!PyArg_ParseTuple(args, "sL", &what, &value))
        return NULL;
    const coexist_host *host = atomic_load(&the_host);
    if (host)
        host->emit(host, what, value);
    Py_RETURN_NONE;
}

static PyObject *host_live(PyObject *self, PyObject *args)
{
    (void)self;
    Py_buffer block;
    if (!PyArg_ParseTuple(args, "y*", &block))
        return NULL;
    const coexist_host *host = atomic_load(&the_host);
    if (host)
        host->live(host, block.buf, (size_t)block.len);
    PyBuffer_Release(&block);
    Py_RETURN_NONE;
}

static PyObject *host_apply(PyObject *self, PyObject *args)
{
    (void)self;
    unsigned long long fn, arg;
    if (!PyArg_ParseTuple(args, "KK", &fn, &arg))
        return NULL;
    int64_t result;
    Py_BEGIN_ALLOW_THREADS
    result = ((coexist_fn)(uintptr_t)fn)((void *)(uintptr_t)arg);
    Py_END_ALLOW_THREADS
    return PyLong_FromLongLong(result);
}

#ifdef EAGER
static PyObject *host_test(PyObject *self, PyObject *args)
{
    (void)self;
    const char *name;
    if (!PyArg_ParseTuple(args, "s", &name))
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    coexist_test(name, callback);
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}
#endif

static PyMethodDef methods[] = {
    {"emit", host_emit, METH_VARARGS, NULL},
    {"live", host_live, METH_VARARGS, NULL},
    {"apply", host_apply, METH_VARARGS, NULL},
#ifdef EAGER
    {"test", host_test, METH_VARARGS, NULL},
#endif
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    .m_base = PyModuleDef_HEAD_INIT, .m_name = "host", .m_size = -1, .m_methods = methods};

/* What the host calls. */

/* Calls a function of main.py; steals `args`. An error that main.py let through is shown. */
static PyObject *managed(const char *name, PyObject *args)
{
    PyObject *function = PyDict_GetItemString(globals, name);
    PyObject *result = function && args ? PyObject_CallObject(function, args) : NULL;
    if (!result)
        PyErr_Print();
    Py_XDECREF(args);
    return result;
}

static int64_t managed_number(const char *name, PyObject *args)
{
    PyObject *result = managed(name, args);
    int64_t number = result ? PyLong_AsLongLong(result) : -1;
    Py_XDECREF(result);
    return number;
}

static size_t managed_text(const char *name, char *buf, size_t len)
{
    PyObject *result = managed(name, PyTuple_New(0));
    Py_ssize_t length = 0;
    const char *text = result ? PyUnicode_AsUTF8AndSize(result, &length) : "";
    size_t written = (size_t)length < len ? (size_t)length : len - 1;
    memcpy(buf, text, written);
    buf[written] = '\0';
    Py_XDECREF(result);
    return written;
}

static bool initialise(void)
{
    PyConfig config;
    PyConfig_InitIsolatedConfig(&config);
#ifdef SIGNALS
    config.install_signal_handlers = 1;
#endif
    /* Or Python takes its library from the first python3 on PATH. */
    PyStatus status = PyConfig_SetBytesString(&config, &config.program_name, PROGRAM);
    if (!PyStatus_Exception(status))
        status = Py_InitializeFromConfig(&config);
    PyConfig_Clear(&config);
    return !PyStatus_Exception(status);
}

static bool load_main(void)
{
    globals = PyDict_New();
    PyObject *host = PyModule_Create(&module);
    PyObject *code = Py_CompileString(main_py, "main.py", Py_file_input);
    if (!globals || !host || !code)
        return false;
    PyDict_SetItemString(globals, "__builtins__", PyEval_GetBuiltins());
    PyDict_SetItemString(globals, "__name__", PyUnicode_FromString("coexist_python"));
    PyDict_SetItemString(globals, "host", host);
    PyObject *done = PyEval_EvalCode(code, globals, globals);
    Py_XDECREF(done);
    Py_DECREF(code);
    Py_DECREF(host);
    return done != NULL;
}

static const char *version(void)
{
    return version_text;
}

static int start(const coexist_host *host)
{
    atomic_store(&the_host, host);
    if (globals)
        return 0;
    /* Another library may have brought the same libpython up; then that one takes it down. */
    initialised_here = !Py_IsInitialized();
    PyGILState_STATE gil = PyGILState_UNLOCKED;
    if (!initialised_here)
        gil = PyGILState_Ensure();
    else if (!initialise())
        return 1;
    bool loaded = load_main();
#ifdef EXTENSION
    loaded = loaded && managed_number("extension", PyTuple_New(0)) == 0;
#endif
    if (loaded)
        managed_text("version", version_text, sizeof version_text);
    else
        PyErr_Print();
    if (initialised_here)
        PyEval_SaveThread();
    else
        PyGILState_Release(gil);
    return loaded ? 0 : 2;
}

static int stop(void)
{
    PyGILState_STATE gil = PyGILState_Ensure();
    Py_CLEAR(globals);
    if (initialised_here)
        return Py_FinalizeEx();
    PyGILState_Release(gil);
    return 0;
}

static void callback(void)
{
    PyGILState_STATE gil = PyGILState_Ensure();
    Py_XDECREF(managed("callback", PyTuple_New(0)));
    PyGILState_Release(gil);
}

#define LOCKED(type, expression)                                                                   \
    PyGILState_STATE gil = PyGILState_Ensure();                                                    \
    type result = (type)(expression);                                                              \
    PyGILState_Release(gil);                                                                       \
    return result

static PyObject *two_pointers(coexist_fn fn, void *arg)
{
    return Py_BuildValue("KK", (unsigned long long)(uintptr_t)fn,
                         (unsigned long long)(uintptr_t)arg);
}

static int64_t call(coexist_fn fn, void *arg)
{
    LOCKED(int64_t, managed_number("call", two_pointers(fn, arg)));
}

static int churn(uint32_t mib, uint32_t seed, uint64_t *sum)
{
    PyGILState_STATE gil = PyGILState_Ensure();
    PyObject *result = managed("churn", Py_BuildValue("II", mib, seed));
    if (result)
        *sum = PyLong_AsUnsignedLongLong(result);
    Py_XDECREF(result);
    PyGILState_Release(gil);
    return result ? 0 : 1;
}

static int64_t raise_error(int64_t payload)
{
    LOCKED(int64_t, managed_number("catch", Py_BuildValue("(L)", (long long)payload)));
}

static int overflow(void)
{
    LOCKED(int, managed_number("overflow", PyTuple_New(0)));
}

static int64_t spawn(coexist_fn fn, void *arg)
{
    LOCKED(int64_t, managed_number("spawn", two_pointers(fn, arg)));
}

static int spin(uint32_t n)
{
    LOCKED(int, managed_number("spin", Py_BuildValue("(I)", n)));
}

static int64_t monotonic_clock(uint32_t n)
{
    LOCKED(int64_t, managed_number("clock", Py_BuildValue("(I)", n)));
}

static size_t backtrace(char *buf, size_t len)
{
    if (len == 0)
        return 0;
    LOCKED(size_t, managed_text("backtrace", buf, len));
}

static int64_t state(void)
{
    LOCKED(int64_t, managed_number("state", PyTuple_New(0)));
}

static const coexist_runtime runtime = {
    .abi = COEXIST_ABI,
    .size = sizeof(coexist_runtime),
    .id = "python",
    .title = "Python",
    .version = version,
    .start = start,
    .stop = stop,
    .callback = callback,
    .call = call,
    .churn = churn,
    .raise = raise_error,
    .overflow = overflow,
    .spawn = spawn,
    .spin = spin,
    .clock = monotonic_clock,
    .backtrace = backtrace,
    .state = state,
};

__attribute__((visibility("default"))) const coexist_runtime *COEXIST_EXPORT(python)(void);

const coexist_runtime *COEXIST_EXPORT(python)(void)
{
    return &runtime;
}

#ifdef EAGER
__attribute__((constructor)) static void run_main(void)
{
    if (start(coexist_early_host ? coexist_early_host("python") : NULL) != 0)
        return;
    PyGILState_STATE gil = PyGILState_Ensure();
    Py_XDECREF(managed("main", PyTuple_New(0)));
    PyGILState_Release(gil);
}

/* Who brought Python up in a constructor takes it down in a destructor: nobody else can. */
__attribute__((destructor)) static void end_main(void)
{
    if (globals)
        stop();
}
#endif
