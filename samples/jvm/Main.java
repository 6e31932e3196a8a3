// SPDX-License-Identifier: MIT OR Apache-2.0

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicLong;

/** The Java sample: the contract by the language and its library. */
final class Main {
    private static final int LIVE_EVERY = 16;
    private static final int REPORTED = 8;
    private static final int BLOCKS_PER_MIB = 1024;
    private static final int WORDS = 256;

    private static final AtomicLong counter = new AtomicLong();
    private static volatile int round;

    private static native void emit(String what, long value);

    private static native void live(int[] block);

    private static native long apply(long function, long argument);

    private static native void test(String name);

    static String version() {
        return System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version");
    }

    static void callback() {
        System.out.println("Java callback!");
        emit("callback", 0);
    }

    static long call(long function, long argument) {
        return apply(function, argument);
    }

    static long churn(int mib, int seed) {
        int blocks = mib * BLOCKS_PER_MIB;
        List<int[]> living = new ArrayList<>();
        for (int i = 0; i < blocks; i++) {
            int[] block = new int[WORDS];
            Arrays.fill(block, seed + i * (int) 2654435761L);
            if (i % LIVE_EVERY == 0) {
                living.add(block);
            }
            if (i == blocks / 2) {
                System.gc();
            }
        }
        System.gc();
        long sum = 0;
        for (int[] block : living) {
            for (int word : block) {
                sum += Integer.toUnsignedLong(word);
            }
        }
        for (int i = 0; i < Math.min(REPORTED, living.size()); i++) {
            live(living.get(i * living.size() / REPORTED));
        }
        return sum;
    }

    private static final class Raised extends Exception {
        private static final long serialVersionUID = 1;
        final long payload;

        Raised(long payload) {
            this.payload = payload;
        }
    }

    private static void risky(long payload) throws Raised {
        throw new Raised(payload);
    }

    private static void outer(long payload) throws Raised {
        risky(payload);
    }

    static long raise(long payload) {
        try {
            outer(payload);
        } catch (Raised error) {
            return error.payload;
        }
        return ~payload;
    }

    private static int read(int[] words) {
        return words.length;
    }

    static int fault() {
        try {
            return read(null) + 1;
        } catch (NullPointerException error) {
            return 0;
        }
    }

    private static int recurse(int depth) {
        return recurse(depth + 1) + 1;
    }

    static int overflow() {
        try {
            return recurse(0);
        } catch (StackOverflowError error) {
            return 0;
        }
    }

    static long spawn(long function, long argument) throws Exception {
        FutureTask<Long> task = new FutureTask<>(() -> apply(function, argument));
        Thread thread = new Thread(task);
        thread.start();
        thread.join();
        return task.get();
    }

    private static void busy() {
        while (true) {
            round++;
        }
    }

    static int spin(int n) {
        for (int i = 0; i < n; i++) {
            Thread thread = new Thread(Main::busy);
            thread.setDaemon(true);
            thread.start();
        }
        return 0;
    }

    static long clock(int n) {
        long last = 0;
        for (int i = 0; i < n; i++) {
            last = System.nanoTime();
        }
        return last;
    }

    private static String coexist_depth_1() {
        return coexist_depth_2();
    }

    private static String coexist_depth_2() {
        return coexist_depth_3();
    }

    private static String coexist_depth_3() {
        StringWriter text = new StringWriter();
        new Throwable().printStackTrace(new PrintWriter(text, true));
        return text.toString();
    }

    static String backtrace() {
        return coexist_depth_1();
    }

    static long state() {
        return counter.incrementAndGet();
    }

    static void main() {
        System.out.println("Main, calling jni");
        test("jvm");
    }
}
