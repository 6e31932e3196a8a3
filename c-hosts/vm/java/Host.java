// SPDX-License-Identifier: MIT OR Apache-2.0
import java.io.File;
import java.lang.ref.WeakReference;
import java.util.HashSet;
import java.util.Set;

/** The program of java-host.c, which has the native methods. */
final class Host {
    /** What managed code of a library calls through the host's C function. */
    interface Work {
        long run();
    }

    private static final int DEPTH = 16;
    private static final Set<String> names = new HashSet<>();
    private static int count;

    private static native int begin(String[] arguments);

    private static native void lane(String name);

    private static native void step(String name, int library);

    private static native void done(String name, int library);

    private static native void value(String name, long number);

    private static native void failed(String text, int line);

    private static native String loadBegin(int library);

    private static native void loadEnd(int library, String error);

    private static native void start(int library);

    private static native void stop(int library);

    private static native void attach(int library);

    private static native void detach(int library);

    private static native void callback(int library);

    /** Managed code of the library calls the work, which throws or does not, as said. */
    private static native long call(int library, Work work, boolean throwing);

    /** The same from a thread that the library made, where it offers that. */
    private static native void spawn(int library, Work work, long expected);

    private static native int end(int status);

    public static void main(String[] arguments) throws InterruptedException {
        System.load(System.getProperty("host"));
        count = begin(arguments);
        for (int i = 0; i < count; i++)
            load(i);
        for (int i = 0; i < count; i++)
            start(i);
        for (int i = 0; i < count; i++)
            callback(i);
        nest();
        visitFromAnotherThread();
        for (int i = 0; i < count; i++)
            spawn(i, () -> valueOf(-1), valueOf(-1));
        collect();
        throwThrough();
        catchNullPointer();
        catchStackOverflow();
        for (int i = 0; i < count; i++)
            callback(i);
        for (int i = count - 1; i >= 0; i--)
            stop(i);
        int status = end(0);
        if (status != 0)
            System.exit(status);
    }

    private static void verify(boolean good, String text) {
        if (!good)
            failed(text, new Throwable().getStackTrace()[1].getLineNumber());
    }

    /**
     * Loads as a Java program does. A second copy has the first one's file name, which loadLibrary would find again on
     * its path, so that one is loaded by its path.
     */
    private static void load(int library) {
        File file = new File(loadBegin(library));
        String name = file.getName().replaceFirst("^lib", "").replaceFirst("\\.so$", "");
        String error = null;
        try {
            if (names.add(name))
                System.loadLibrary(name);
            else
                System.load(file.getPath());
        } catch (UnsatisfiedLinkError reason) {
            error = reason.getMessage();
        }
        loadEnd(library, error);
    }

    /** Each level has a value of its own that the next one's can't be taken for. */
    private static long valueOf(int level) {
        long wide = 0x0123456789abcdefL + level;
        return level % 2 == 0 ? wide : -wide;
    }

    private static int deepest;

    /** Java, managed code, Java, managed code of the next library... */
    private static long descend(int level) {
        deepest = Math.max(deepest, level);
        if (level < DEPTH) {
            long result = call(level % count, () -> descend(level + 1), false);
            verify(result == valueOf(level + 1), "the value of the level below comes back");
        }
        return valueOf(level);
    }

    private static void nest() {
        deepest = 0;
        step("call", 0);
        descend(0);
        done("call", 0);
        value("depth reached", deepest);
    }

    private static void visitFromAnotherThread() throws InterruptedException {
        Thread thread = new Thread(() -> {
            lane("thread");
            for (int i = 0; i < count; i++) {
                attach(i);
                callback(i);
            }
            nest();
            for (int i = count - 1; i >= 0; i--)
                detach(i);
        });
        thread.start();
        thread.join();
    }

    /** A collection while the library is on the stack: what only a dead frame knew goes, what Java holds stays. */
    private static void collect() {
        for (int i = 0; i < count; i++) {
            step("collect", i);
            String kept = new String("kept " + i);
            WeakReference<Object> dropped = dropped();
            long length = call(i, () -> {
                System.gc();
                return kept.length();
            }, false);
            verify(dropped.get() == null, "what nobody holds is collected");
            verify(length == 6 && kept.endsWith(String.valueOf(i)), "what Java holds is as it was");
            done("collect", i);
        }
    }

    private static WeakReference<Object> dropped() {
        return new WeakReference<>(new Object());
    }

    /** An exception leaves Java, waits while managed code returns, and goes on in Java above it. */
    private static void throwThrough() {
        for (int i = 0; i < count; i++) {
            step("exception", i);
            RuntimeException thrown = new IllegalStateException("thrown below the library");
            RuntimeException caught = null;
            try {
                call(i, () -> {
                    throw thrown;
                }, true);
            } catch (IllegalStateException exception) {
                caught = exception;
            }
            verify(caught == thrown, "the exception that was thrown below arrives above");
            done("exception", i);
        }
    }

    /** The JVM makes this exception of a SIGSEGV, whose handler the library may have replaced. */
    private static void catchNullPointer() {
        for (int i = 0; i < count; i++) {
            step("null-pointer", i);
            verify(call(i, () -> lengthOf(null), false) == -1, "a null pointer below the library is caught there");
            verify(lengthOf(null) == -1, "a null pointer while the library is up is caught");
            done("null-pointer", i);
        }
    }

    private static long lengthOf(String text) {
        try {
            return text.length();
        } catch (NullPointerException exception) {
            return -1;
        }
    }

    /** The same on a stack that is used up. */
    private static void catchStackOverflow() {
        for (int i = 0; i < count; i++) {
            step("stack-overflow", i);
            verify(call(i, Host::overflow, false) == -1, "a stack overflow below the library is caught there");
            verify(overflow() == -1, "a stack overflow while the library is up is caught");
            done("stack-overflow", i);
        }
    }

    private static long overflow() {
        try {
            return 1 + overflowOnce(1);
        } catch (StackOverflowError error) {
            return -1;
        }
    }

    private static long overflowOnce(long depth) {
        return 1 + overflowOnce(depth + 1);
    }
}
