# Each recipe is one command; without just, type it yourself.

# What there is to do
default:
    @just --list

# Run the tests; a skip is a failure with COEXIST_REQUIRE=core or all
test *args:
    cargo test --release {{args}}

# Build, run and judge cells
run *args:
    cargo run --release -- run {{args}}

# Look at traces that wait, and accept them
bless *args:
    cargo run --release -- bless {{args}}

# What a run costs, each figure beside its limit
bench *args:
    cargo bench {{args}}

# All that CI does
ci:
    .ci/run

# Install the toolchains that samples need
setup *args:
    cargo run --release -- setup {{args}}

# What is here and what is missing
doctor *args:
    cargo run --release -- doctor {{args}}

# Format Rust, and C where clang-format is installed
fmt:
    cargo fmt
    if command -v clang-format >/dev/null; then git ls-files '*.c' '*.h' '*.cpp' '*.hpp' | xargs clang-format -i; fi

# Lint as CI does
lint:
    cargo fmt --check
    cargo clippy --all-targets -- -D warnings

# Every runtime and variant, every ordered pair, every scenario; `just nightly --repeat 5` for what races
nightly *args:
    cargo run --release -- run --group all --install {{args}}
