/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The Java sample's shim: the table, and the native methods of Main.java. It marshals. */
#include "coexist_runtime.h"
#include <jni.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

__asm__(".pushsection .rodata\n"
        "main_class: .incbin \"Main.class\"\n"
        "main_class_end:\n"
        "raised_class: .incbin \"Main$Raised.class\"\n"
        "raised_class_end:\n"
        ".popsection\n");
#define HIDDEN __attribute__((visibility("hidden")))
extern const jbyte main_class[] HIDDEN, main_class_end[] HIDDEN;
extern const jbyte raised_class[] HIDDEN, raised_class_end[] HIDDEN;

static const coexist_host *_Atomic the_host;
static JavaVM *vm;
static bool created_here;
static jclass main_of_java;
static _Thread_local bool attached_here;
static char version_text[128];

static void callback(void);

/* What Main.java calls. */

static void JNICALL host_emit(JNIEnv *env, jclass class, jstring what, jlong value)
{
    (void)class;
    const char *text = (*env)->GetStringUTFChars(env, what, NULL);
    const coexist_host *host = atomic_load(&the_host);
    if (host && text)
        host->emit(host, text, value);
    (*env)->ReleaseStringUTFChars(env, what, text);
}

static void JNICALL host_live(JNIEnv *env, jclass class, jintArray block)
{
    (void)class;
    const coexist_host *host = atomic_load(&the_host);
    size_t size = (size_t)(*env)->GetArrayLength(env, block) * sizeof(jint);
    /* Keeps the array where it is, or would give a copy, which is not in the heap. */
    jboolean is_copy = JNI_FALSE;
    void *words = (*env)->GetPrimitiveArrayCritical(env, block, &is_copy);
    if (host && words && !is_copy)
        host->live(host, words, size);
    (*env)->ReleasePrimitiveArrayCritical(env, block, words, JNI_ABORT);
}

static jlong JNICALL host_apply(JNIEnv *env, jclass class, jlong fn, jlong arg)
{
    (void)env;
    (void)class;
    return ((coexist_fn)(uintptr_t)fn)((void *)(uintptr_t)arg);
}

static void JNICALL host_test(JNIEnv *env, jclass class, jstring name)
{
    (void)class;
    (void)callback;
#ifdef EAGER
    const char *text = (*env)->GetStringUTFChars(env, name, NULL);
    coexist_test(text, callback);
    (*env)->ReleaseStringUTFChars(env, name, text);
#else
    (void)env;
    (void)name;
#endif
}

static const JNINativeMethod natives[] = {
    {(char[]){"emit"}, (char[]){"(Ljava/lang/String;J)V"}, (void *)(uintptr_t)host_emit},
    {(char[]){"live"}, (char[]){"([I)V"}, (void *)(uintptr_t)host_live},
    {(char[]){"apply"}, (char[]){"(JJ)J"}, (void *)(uintptr_t)host_apply},
    {(char[]){"test"}, (char[]){"(Ljava/lang/String;)V"}, (void *)(uintptr_t)host_test},
};

/* What the host calls. */

/* Of the calling thread, which the JVM knows: it made it, or `attach` did. */
static JNIEnv *environment(void)
{
    void *env = NULL;
    (*vm)->GetEnv(vm, &env, JNI_VERSION_10);
    return env;
}

static bool failed(JNIEnv *env)
{
    if (!(*env)->ExceptionCheck(env))
        return false;
    (*env)->ExceptionDescribe(env);
    (*env)->ExceptionClear(env);
    return true;
}

static jmethodID method(JNIEnv *env, const char *name, const char *type)
{
    return (*env)->GetStaticMethodID(env, main_of_java, name, type);
}

#define MANAGED(kind, type, name, signature, ...)                                                  \
    JNIEnv *env = environment();                                                                   \
    type result = (type)(*env)->CallStatic##kind##Method(                                          \
        env, main_of_java, method(env, name, signature) __VA_OPT__(, ) __VA_ARGS__);               \
    return failed(env) ? -1 : result

static size_t managed_text(const char *name, char *buf, size_t len)
{
    if (len == 0)
        return 0;
    JNIEnv *env = environment();
    buf[0] = '\0';
    jstring text = (*env)->CallStaticObjectMethod(env, main_of_java,
                                                  method(env, name, "()Ljava/lang/String;"));
    if (!failed(env)) {
        const char *bytes = (*env)->GetStringUTFChars(env, text, NULL);
        snprintf(buf, len, "%s", bytes);
        (*env)->ReleaseStringUTFChars(env, text, bytes);
        (*env)->DeleteLocalRef(env, text);
    }
    return strlen(buf);
}

/* Each library has a class loader of its own, so that two in one JVM have two Mains. */
static jobject new_loader(JNIEnv *env)
{
    jclass url = (*env)->FindClass(env, "java/net/URL");
    jclass class = (*env)->FindClass(env, "java/net/URLClassLoader");
    jmethodID make = (*env)->GetMethodID(env, class, "<init>", "([Ljava/net/URL;)V");
    return (*env)->NewObject(env, class, make, (*env)->NewObjectArray(env, 0, url, NULL));
}

static bool load_main(JNIEnv *env)
{
    jobject loader = new_loader(env);
    if (failed(env))
        return false;
    jclass class = (*env)->DefineClass(env, "Main", loader, main_class,
                                       (jsize)(main_class_end - main_class));
    (*env)->DefineClass(env, "Main$Raised", loader, raised_class,
                        (jsize)(raised_class_end - raised_class));
    if (failed(env))
        return false;
    (*env)->RegisterNatives(env, class, natives, sizeof natives / sizeof *natives);
    main_of_java = (*env)->NewGlobalRef(env, class);
    (*env)->DeleteLocalRef(env, class);
    return !failed(env);
}

static int attach(void)
{
    if (environment())
        return 0;
    void *env;
    int error = (*vm)->AttachCurrentThread(vm, &env, NULL);
    attached_here = error == JNI_OK;
    return error;
}

static int detach(void)
{
    if (!attached_here)
        return 0;
    attached_here = false;
    return (*vm)->DetachCurrentThread(vm);
}

/* There is one JVM in a process. The library that makes it takes it down. */
static int find_or_create(void)
{
    jsize count = 0;
    int error = JNI_GetCreatedJavaVMs(&vm, 1, &count);
    if (error != JNI_OK || count > 0)
        return error != JNI_OK ? error : attach();
    JavaVMInitArgs args = {.version = JNI_VERSION_10};
    void *env;
    error = JNI_CreateJavaVM(&vm, &env, &args);
    created_here = error == JNI_OK;
    return error;
}

static const char *version(void)
{
    return version_text;
}

static int start(const coexist_host *host)
{
    atomic_store(&the_host, host);
    if (main_of_java)
        return 0;
    int error = find_or_create();
    if (error != JNI_OK)
        return error;
    if (!load_main(environment()))
        return 1;
    managed_text("version", version_text, sizeof version_text);
    return 0;
}

static int stop(void)
{
    if (!main_of_java)
        return 0;
    JNIEnv *env = environment();
    (*env)->DeleteGlobalRef(env, main_of_java);
    main_of_java = NULL;
    return created_here ? (*vm)->DestroyJavaVM(vm) : 0;
}

static void callback(void)
{
    JNIEnv *env = environment();
    (*env)->CallStaticVoidMethod(env, main_of_java, method(env, "callback", "()V"));
    failed(env);
}

static int64_t call(coexist_fn fn, void *arg)
{
    MANAGED(Long, int64_t, "call", "(JJ)J", (jlong)(uintptr_t)fn, (jlong)(uintptr_t)arg);
}

static int churn(uint32_t mib, uint32_t seed, uint64_t *sum)
{
    JNIEnv *env = environment();
    *sum = (uint64_t)(*env)->CallStaticLongMethod(env, main_of_java, method(env, "churn", "(II)J"),
                                                  (jint)mib, (jint)seed);
    return failed(env);
}

static int64_t raise_error(int64_t payload)
{
    MANAGED(Long, int64_t, "raise", "(J)J", (jlong)payload);
}

static int fault(void)
{
    MANAGED(Int, int, "fault", "()I");
}

static int overflow(void)
{
    MANAGED(Int, int, "overflow", "()I");
}

static int64_t spawn(coexist_fn fn, void *arg)
{
    MANAGED(Long, int64_t, "spawn", "(JJ)J", (jlong)(uintptr_t)fn, (jlong)(uintptr_t)arg);
}

static int spin(uint32_t n)
{
    MANAGED(Int, int, "spin", "(I)I", (jint)n);
}

static int64_t monotonic_clock(uint32_t n)
{
    MANAGED(Long, int64_t, "clock", "(I)J", (jint)n);
}

static size_t backtrace(char *buf, size_t len)
{
    return managed_text("backtrace", buf, len);
}

static int64_t state(void)
{
    MANAGED(Long, int64_t, "state", "()J");
}

static const coexist_runtime runtime = {
    .abi = COEXIST_ABI,
    .size = sizeof(coexist_runtime),
    .id = "jvm",
    .title = "Java",
    .version = version,
    .start = start,
    .stop = stop,
    .callback = callback,
    .call = call,
    .churn = churn,
    .raise = raise_error,
    .fault = fault,
    .overflow = overflow,
    .spawn = spawn,
    .attach = attach,
    .detach = detach,
    .spin = spin,
    .clock = monotonic_clock,
    .backtrace = backtrace,
    .state = state,
};

__attribute__((visibility("default"))) const coexist_runtime *COEXIST_EXPORT(jvm)(void);

const coexist_runtime *COEXIST_EXPORT(jvm)(void)
{
    return &runtime;
}

#ifdef EAGER
__attribute__((constructor)) static void run_main(void)
{
    if (start(coexist_early_host ? coexist_early_host("jvm") : NULL) != 0)
        return;
    JNIEnv *env = environment();
    (*env)->CallStaticVoidMethod(env, main_of_java, method(env, "main", "()V"));
    failed(env);
}
#endif
