/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The C++ sample: the contract by the language and its standard library. */
#include "runtime.hpp"
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <dlfcn.h>
#include <exception>
#include <filesystem>
#include <iostream>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

namespace sample {
namespace {

constexpr std::size_t blocks_per_mib = 1024;
constexpr std::size_t live_every = 16;
constexpr std::size_t reported = 8;

using block = std::array<std::uint32_t, 256>;

std::atomic<const coexist_host *> the_host;
std::atomic<std::int64_t> counter;

/* The library has no call that tells its version: the name of the loaded file does, unless that is
 * this one. */
std::string loaded_library()
{
    Dl_info info{}, own{};
    dladdr(reinterpret_cast<const void *>(&std::uncaught_exceptions), &info);
    dladdr(&the_host, &own);
    if (info.dli_fbase == own.dli_fbase)
        return "static libstdc++";
    std::error_code error;
    const auto file = std::filesystem::canonical(info.dli_fname, error);
    return error ? info.dli_fname : file.filename().string();
}

const char *version()
{
#ifdef __clang__
    static const std::string text = loaded_library() + " (compiled by " __VERSION__ ")";
#else
    static const std::string text = loaded_library() + " (compiled by GCC " __VERSION__ ")";
#endif
    return text.c_str();
}

std::int64_t call(coexist_fn fn, void *arg)
{
    return fn(arg);
}

std::unique_ptr<block> new_block(std::uint32_t word)
{
    auto made = std::make_unique<block>();
    made->fill(word);
    /* Or the compiler drops the blocks that nobody reads. */
    __asm__ volatile("" : : "r"(made.get()) : "memory");
    return made;
}

int churn(std::uint32_t mib, std::uint32_t seed, std::uint64_t *sum)
try {
    const std::size_t blocks = mib * blocks_per_mib;
    std::vector<std::unique_ptr<block>> living;

    for (std::size_t i = 0; i < blocks; i++) {
        auto made = new_block(static_cast<std::uint32_t>(seed + i * 2654435761u));
        if (i % live_every == 0)
            living.push_back(std::move(made));
    }
    std::uint64_t total = 0;
    for (const auto &one : living)
        for (const auto word : *one)
            total += word;
    *sum = total;
    if (const auto *host = the_host.load())
        for (std::size_t i = 0; i < reported && !living.empty(); i++)
            host->live(host, living[i * living.size() / reported].get(), sizeof(block));
    return 0;
} catch (const std::bad_alloc &) {
    return ENOMEM;
}

class sample_error : public std::runtime_error {
public:
    explicit sample_error(std::int64_t number)
        : std::runtime_error("raised by the C++ sample"), payload(number)
    {
    }
    std::int64_t payload;
};

[[noreturn, gnu::noinline]] void throw_error(std::int64_t payload)
{
    throw sample_error(payload);
}

[[gnu::noinline]] void risky(std::int64_t payload)
{
    const auto unwound = std::make_unique<std::int64_t>(payload);
    throw_error(*unwound);
}

std::int64_t raise(std::int64_t payload)
{
    try {
        risky(payload);
    } catch (const sample_error &error) {
        return error.payload;
    }
    return ~payload;
}

std::int64_t spawn(coexist_fn fn, void *arg)
try {
    std::int64_t result = -1;
    std::thread([&] { result = fn(arg); }).join();
    return result;
} catch (const std::system_error &) {
    return -1;
}

int spin(std::uint32_t n)
try {
    for (std::uint32_t i = 0; i < n; i++)
        std::thread([] {
            for (std::atomic<std::uint32_t> round = 0;;)
                round++;
        }).detach();
    return 0;
} catch (const std::system_error &error) {
    return error.code().value();
}

std::int64_t clock(std::uint32_t n)
{
    std::chrono::steady_clock::time_point now;
    for (std::uint32_t i = 0; i < n; i++)
        now = std::chrono::steady_clock::now();
    return std::chrono::nanoseconds(now.time_since_epoch()).count();
}

std::int64_t state()
{
    return ++counter;
}

constexpr coexist_runtime runtime = {
    .abi = COEXIST_ABI,
    .size = sizeof(coexist_runtime),
    .id = "cpp",
    .title = "C++",
    .version = version,
    .start = start,
    .stop = nullptr,
    .callback = callback,
    .call = call,
    .churn = churn,
    .raise = raise,
    .fault = nullptr,
    .overflow = nullptr,
    .spawn = spawn,
    .attach = nullptr,
    .detach = nullptr,
    .spin = spin,
    .clock = clock,
    .backtrace = nullptr,
    .state = state,
};

} // namespace

int start(const coexist_host *host)
{
    the_host = host;
    return 0;
}

void callback()
{
    /* One insertion: libstdc++ makes each its own write to stdio, and another thread's line may come between two. */
    std::cout << "C++ callback!\n";
    if (const auto *host = the_host.load())
        host->emit(host, "callback", 0);
}

} // namespace sample

extern "C" const coexist_runtime *COEXIST_EXPORT(cpp)()
{
    return &sample::runtime;
}
