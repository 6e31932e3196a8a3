/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* A Java program loads libraries and calls them through JNI, from its main thread and another one;
 * their managed code calls Java again, to depth 16. Java keeps what is its own meanwhile, also with
 * the library on the stack: exceptions thrown through it, collections, null pointers and stack
 * overflows, both of which the JVM makes of signals. */
//! runtimes: 1
//! vm: java
//! needs: call
//! also: go+go
//! also: go+go@1.21
//! also: go+rust
//! also: rust+go
//! deadline: 30s
#include "coexist.h"
#include <jni.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) ((jint)(sizeof(array) / sizeof *(array)))

static JavaVM *vm;
static jmethodID work_run;

/* A method of java for managed code to call. */
struct upcall {
    jobject work; /* global */
    bool throwing;
};

static JNIEnv *env_of_this_thread(bool *attached)
{
    void *env = NULL;
    *attached = (*vm)->GetEnv(vm, &env, JNI_VERSION_1_8) == JNI_EDETACHED;
    if (*attached)
        REQUIRE((*vm)->AttachCurrentThread(vm, &env, NULL) == JNI_OK);
    REQUIRE(env != NULL);
    return env;
}

/* An exception stays pending: Java goes on with it when its native method has returned. */
static int64_t run(void *arg)
{
    const struct upcall *upcall = arg;
    bool attached;
    JNIEnv *env = env_of_this_thread(&attached);
    jlong result = (*env)->CallLongMethod(env, upcall->work, work_run);
    bool threw = (*env)->ExceptionCheck(env);
    VERIFY(threw == upcall->throwing);
    if (threw && !upcall->throwing)
        (*env)->ExceptionDescribe(env);
    if (attached)
        VERIFY((*vm)->DetachCurrentThread(vm) == JNI_OK);
    return result;
}

static struct library *libraries[8];

static char *copy_of(JNIEnv *env, jstring text)
{
    const char *chars = (*env)->GetStringUTFChars(env, text, NULL);
    REQUIRE(chars != NULL);
    char *copy = strdup(chars);
    REQUIRE(copy != NULL);
    (*env)->ReleaseStringUTFChars(env, text, chars);
    return copy;
}

static jint begin_host(JNIEnv *env, jclass class, jobjectArray arguments)
{
    (void)class;
    static char *argv[16] = {"java"};
    int argc = 1;
    jsize length = (*env)->GetArrayLength(env, arguments);
    for (jsize i = 0; i < length && argc < 15; i++)
        argv[argc++] = copy_of(env, (*env)->GetObjectArrayElement(env, arguments, i));
    host_begin(argc, argv);
    REQUIRE(host_count() <= (int)(sizeof libraries / sizeof *libraries));
    return host_count();
}

static void name_lane(JNIEnv *env, jclass class, jstring name)
{
    (void)class;
    char *text = copy_of(env, name);
    lane(text);
    free(text);
}

static void begin_step(JNIEnv *env, jclass class, jstring name, jint index)
{
    (void)class;
    char *text = copy_of(env, name);
    step(text, libraries[index]);
    free(text);
}

static void end_step(JNIEnv *env, jclass class, jstring name, jint index)
{
    (void)class;
    char *text = copy_of(env, name);
    done(text, libraries[index], 0);
    free(text);
}

static void tell_value(JNIEnv *env, jclass class, jstring name, jlong number)
{
    (void)class;
    char *text = copy_of(env, name);
    value(text, number);
    free(text);
}

static void check_failed_in_java(JNIEnv *env, jclass class, jstring what, jint line)
{
    (void)class;
    char *text = copy_of(env, what);
    verify(false, text, line);
    free(text);
}

static jstring load_begin(JNIEnv *env, jclass class, jint index)
{
    (void)class;
    xload_begin(index);
    return (*env)->NewStringUTF(env, host_path(index));
}

static void load_end(JNIEnv *env, jclass class, jint index, jstring error)
{
    (void)class;
    libraries[index] = xload_end(index, error == NULL ? NULL : copy_of(env, error));
}

static void start_library(JNIEnv *env, jclass class, jint index)
{
    (void)env, (void)class;
    xstart(libraries[index]);
}

static void stop_library(JNIEnv *env, jclass class, jint index)
{
    (void)env, (void)class;
    xstop(libraries[index]);
}

static void attach_thread(JNIEnv *env, jclass class, jint index)
{
    (void)env, (void)class;
    xattach(libraries[index]);
}

static void detach_thread(JNIEnv *env, jclass class, jint index)
{
    (void)env, (void)class;
    xdetach(libraries[index]);
}

static void call_back(JNIEnv *env, jclass class, jint index)
{
    (void)class;
    xcallback(libraries[index]);
    VERIFY(!(*env)->ExceptionCheck(env));
}

/* Without a step: Java makes one for all levels. */
static jlong call_work(JNIEnv *env, jclass class, jint index, jobject work, jboolean throwing)
{
    (void)class;
    struct upcall upcall = {.work = (*env)->NewGlobalRef(env, work), .throwing = throwing};
    int64_t result = libraries[index]->table->call(run, &upcall);
    (*env)->DeleteGlobalRef(env, upcall.work);
    return result;
}

static void spawn_work(JNIEnv *env, jclass class, jint index, jobject work, jlong expected)
{
    (void)class;
    if (libraries[index]->table->spawn == NULL)
        return;
    struct upcall upcall = {.work = (*env)->NewGlobalRef(env, work)};
    step("spawn", libraries[index]);
    verify_is(libraries[index]->table->spawn(run, &upcall), expected,
              "spawn returns what the host's function does", __LINE__);
    done("spawn", libraries[index], 0);
    (*env)->DeleteGlobalRef(env, upcall.work);
}

static jint end_host(JNIEnv *env, jclass class, jint status)
{
    (void)env, (void)class;
    return host_end(status);
}

#define NATIVE(name, signature, function)                                                          \
    {                                                                                              \
        name, signature, (void *)(uintptr_t)(function)                                             \
    }

/* By a table, not by exported names: Java finds them here and nowhere else. */
JNIEXPORT jint JNICALL JNI_OnLoad(JavaVM *loading, void *reserved)
{
    (void)reserved;
    static const JNINativeMethod methods[] = {
        NATIVE("begin", "([Ljava/lang/String;)I", begin_host),
        NATIVE("lane", "(Ljava/lang/String;)V", name_lane),
        NATIVE("step", "(Ljava/lang/String;I)V", begin_step),
        NATIVE("done", "(Ljava/lang/String;I)V", end_step),
        NATIVE("value", "(Ljava/lang/String;J)V", tell_value),
        NATIVE("failed", "(Ljava/lang/String;I)V", check_failed_in_java),
        NATIVE("loadBegin", "(I)Ljava/lang/String;", load_begin),
        NATIVE("loadEnd", "(ILjava/lang/String;)V", load_end),
        NATIVE("start", "(I)V", start_library),
        NATIVE("stop", "(I)V", stop_library),
        NATIVE("attach", "(I)V", attach_thread),
        NATIVE("detach", "(I)V", detach_thread),
        NATIVE("callback", "(I)V", call_back),
        NATIVE("call", "(ILHost$Work;Z)J", call_work),
        NATIVE("spawn", "(ILHost$Work;J)V", spawn_work),
        NATIVE("end", "(I)I", end_host),
    };
    vm = loading;
    void *env = NULL;
    if ((*vm)->GetEnv(vm, &env, JNI_VERSION_1_8) != JNI_OK)
        return JNI_ERR;
    JNIEnv *jni = env;
    jclass host = (*jni)->FindClass(jni, "Host");
    jclass work = host == NULL ? NULL : (*jni)->FindClass(jni, "Host$Work");
    work_run = work == NULL ? NULL : (*jni)->GetMethodID(jni, work, "run", "()J");
    if (work_run == NULL || (*jni)->RegisterNatives(jni, host, methods, COUNT(methods)) != JNI_OK)
        return JNI_ERR;
    return JNI_VERSION_1_8;
}
