// SPDX-License-Identifier: MIT OR Apache-2.0
// The PHP sample: the contract by the language itself. It is evaluated as an expression, below whatever runs; host is
// what the names of the shim's functions begin with.

new class($GLOBALS['host']) {
    private const LIVE_EVERY = 16;
    private const REPORTED = 8;
    private const BLOCKS_PER_MIB = 1024;
    private const WORDS = 256;

    private int $counter = 0;

    public function __construct(private string $host)
    {
    }

    private function host(string $name, mixed ...$arguments): mixed
    {
        return ($this->host . $name)(...$arguments);
    }

    public function version(): string
    {
        return 'PHP ' . PHP_VERSION;
    }

    public function callback(): int
    {
        echo "PHP callback!\n";
        $this->host('emit', 'callback', 0);
        return 0;
    }

    /** 0 if a module of C that is no part of libphp does its work. */
    public function extension(): int
    {
        return dl('gettext') && gettext('text') === 'text' ? 0 : 1;
    }

    public function call(int $function, int $argument): int
    {
        return $this->host('apply', $function, $argument);
    }

    public function churn(int $mib, int $seed): int
    {
        $blocks = $mib * self::BLOCKS_PER_MIB;
        $living = [];
        for ($i = 0; $i < $blocks; $i++) {
            $block = array_fill(0, self::WORDS, ($seed + $i * 2654435761) % 2 ** 32);
            if ($i % self::LIVE_EVERY === 0) {
                $living[] = $block;
            }
            if ($i === intdiv($blocks, 2)) {
                gc_collect_cycles();
            }
        }
        gc_collect_cycles();
        $count = count($living);
        for ($i = 0; $i < min(self::REPORTED, $count); $i++) {
            $this->host('live', $living[intdiv($i * $count, self::REPORTED)]);
        }
        return array_sum(array_map('array_sum', $living));
    }

    private function risky(int $payload): void
    {
        throw new RuntimeException('raised', $payload);
    }

    private function outer(int $payload): void
    {
        $this->risky($payload);
    }

    public function raise(int $payload): int
    {
        try {
            $this->outer($payload);
        } catch (RuntimeException $error) {
            return $error->getCode();
        }
        return ~$payload;
    }

    public function spawn(int $function, int $argument): int
    {
        $fiber = new Fiber(fn () => $this->host('apply', $function, $argument));
        $fiber->start();
        return $fiber->getReturn();
    }

    public function clock(int $n): int
    {
        $last = 0;
        for (; $n > 0; $n--) {
            $last = hrtime(true);
        }
        return $last;
    }

    private function coexist_depth_1(): string
    {
        return $this->coexist_depth_2();
    }

    private function coexist_depth_2(): string
    {
        return $this->coexist_depth_3();
    }

    private function coexist_depth_3(): string
    {
        return (new Exception())->getTraceAsString();
    }

    public function backtrace(): string
    {
        return $this->coexist_depth_1();
    }

    public function state(): int
    {
        return ++$this->counter;
    }

    public function main(): int
    {
        echo "Main, calling c\n";
        $this->host('test', 'php');
        return 0;
    }
}
