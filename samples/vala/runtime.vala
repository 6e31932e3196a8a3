// SPDX-License-Identifier: MIT OR Apache-2.0
// The Vala sample: each method is a C function, declared in shim.c.
namespace Sample {
    const int WORDS = 256;
    const int BLOCKS_PER_MIB = 1024;
    const int LIVE_EVERY = 16;
    const int REPORTED = 8;

    public errordomain Failure {
        RAISED
    }

    class Counter : Object {
        int count;

        public int next () {
            return AtomicInt.add (ref count, 1) + 1;
        }
    }

    class Block : Object {
        public uint32 words[256];

        public Block (uint32 word) {
            for (int i = 0; i < WORDS; i++)
                words[i] = word;
        }

        public uint64 sum () {
            uint64 total = 0;
            for (int i = 0; i < WORDS; i++)
                total += words[i];
            return total;
        }
    }

    Counter counter;

    public void begin () {
        if (counter == null)
            counter = new Counter ();
    }

    public string version () {
        return "glib %u.%u.%u".printf (Version.major, Version.minor, Version.micro);
    }

    public void callback () {
        stdout.printf ("Vala callback!\n");
        Contract.emit ("callback", 0);
    }

    public int64 call (Contract.HostFunction fn, void* arg) {
        return fn (arg);
    }

    public uint64 churn (uint32 mib, uint32 seed) {
        int blocks = (int) mib * BLOCKS_PER_MIB;
        var living = new GenericArray<Block> ();
        for (int i = 0; i < blocks; i++) {
            var block = new Block ((uint32) (seed + i * 2654435761u));
            if (i % LIVE_EVERY == 0)
                living.add (block);
        }
        uint64 total = 0;
        foreach (var block in living)
            total += block.sum ();
        for (int i = 0; i < REPORTED && living.length > 0; i++) {
            unowned Block block = living[i * living.length / REPORTED];
            Contract.live (&block.words[0], WORDS * sizeof (uint32));
        }
        return total;
    }

    void throw_error (int64 payload) throws Failure {
        throw new Failure.RAISED (payload.to_string ());
    }

    void risky (int64 payload) throws Failure {
        throw_error (payload);
    }

    public int64 raise (int64 payload) {
        try {
            risky (payload);
        } catch (Failure error) {
            return int64.parse (error.message);
        }
        return ~payload;
    }

    public int64 spawn (Contract.HostFunction fn, void* arg) {
        var thread = new Thread<Value?> ("coexist", () => {
            Value result = fn (arg);
            return result;
        });
        return thread.join ().get_int64 ();
    }

    public void spin (uint32 n) {
        for (uint32 i = 0; i < n; i++)
            new Thread<void> ("busy", () => {
                for (;;)
                    new Block (i);
            });
    }

    public int64 clock (uint32 n) {
        int64 now = 0;
        for (uint32 i = 0; i < n; i++)
            now = get_monotonic_time ();
        return now * 1000;
    }

    public int64 state () {
        return counter.next ();
    }

#if EAGER
    public void eager_main () {
        stdout.printf ("Main, calling c\n");
        Contract.test ("vala", callback);
        // Whoever comes next may write past stdio, and stdout may be a pipe.
        stdout.flush ();
    }
#endif
}
