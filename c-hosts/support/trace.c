/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The writer of the trace memory: one atomic add and one release store an event, from any thread
 * or signal handler. */
#include "support.h"
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* A run that nobody watches writes as well, into memory of its own, so that it costs the same. */
#define BARE_CAPACITY 4096u

#define CHECKED_OFFSET offsetof(struct wire_record, lane)
#define CHECKED_WORDS ((WIRE_RECORD_SIZE - CHECKED_OFFSET) / sizeof(uint64_t))
_Static_assert(CHECKED_WORDS == 14, "words under the check");

/* Copies of the header's values: a library may overwrite the memory, and must then still not make
 * the host write outside of it. */
static struct {
    struct wire_header *header;
    struct wire_record *records;
    uint64_t capacity;
    uint64_t nonce;
    bool watched;
    bool muted;
} trace;

/* Initial-exec, so that a host that is a library does not allocate at a thread's first event: that
 * may be in a signal handler. */
static _Thread_local uint16_t this_lane __attribute__((tls_model("initial-exec")));
static _Atomic uint16_t last_lane = 1;
static atomic_flag full_told = ATOMIC_FLAG_INIT;

static bool trace_map_shared(void)
{
    struct stat st;
    if (fstat(WIRE_TRACE_FD, &st) != 0 || st.st_size < (off_t)WIRE_HEADER_SIZE)
        return false;
    size_t size = (size_t)st.st_size;
    struct wire_header *header =
        mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, WIRE_TRACE_FD, 0);
    if (header == MAP_FAILED)
        return false;
    if (header->magic != WIRE_MAGIC || header->version != WIRE_VERSION ||
        header->record_size != WIRE_RECORD_SIZE ||
        header->capacity > (size - WIRE_HEADER_SIZE) / WIRE_RECORD_SIZE) {
        munmap(header, size);
        return false;
    }
    fcntl(WIRE_TRACE_FD, F_SETFD, FD_CLOEXEC);
    trace.header = header;
    trace.capacity = header->capacity;
    trace.nonce = header->nonce;
    trace.watched = true;
    return true;
}

static void trace_map_private(void)
{
    size_t size = WIRE_HEADER_SIZE + BARE_CAPACITY * WIRE_RECORD_SIZE;
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        _exit(1);
    trace.header = memory;
    trace.capacity = BARE_CAPACITY;
}

void trace_open(void)
{
    if (!trace_map_shared())
        trace_map_private();
    trace.records = (struct wire_record *)((char *)trace.header + WIRE_HEADER_SIZE);
}

void trace_mute(void)
{
    trace.muted = true;
}

bool trace_is_watched(void)
{
    return trace.watched;
}

uint64_t trace_nonce(void)
{
    return trace.nonce;
}

static uint64_t trace_check(const struct wire_record *record, uint64_t commit)
{
    uint64_t words[CHECKED_WORDS];
    memcpy(words, (const char *)record + CHECKED_OFFSET, sizeof words);
    uint64_t h = trace.nonce ^ (commit * WIRE_CHECK_FACTOR);
    for (size_t i = 0; i < CHECKED_WORDS; i++) {
        h ^= words[i];
        h = (h << 29 | h >> 35) * WIRE_CHECK_FACTOR;
    }
    return h;
}

static void trace_append(enum wire_kind kind, int runtime, const char *text, size_t length,
                         int64_t a, int64_t b)
{
    if (trace.muted)
        return;
    uint64_t index = __atomic_fetch_add(&trace.header->head, 1, __ATOMIC_RELAXED);
    if (index >= trace.capacity) {
        if (trace.watched && !atomic_flag_test_and_set(&full_told))
            mark_full();
        return;
    }
    struct wire_record record = {
        .lane = this_lane,
        .kind = (uint8_t)kind,
        .runtime = (uint8_t)runtime,
        .length = (uint32_t)length,
        .a = a,
        .b = b,
    };
    memcpy(record.text, text, length);
    record.check = trace_check(&record, index + 1);

    struct wire_record *slot = &trace.records[index];
    memcpy((char *)slot + sizeof slot->commit, (const char *)&record + sizeof record.commit,
           sizeof record - sizeof record.commit);
    __atomic_store_n(&slot->commit, index + 1, __ATOMIC_RELEASE);
}

void trace_write(enum wire_kind kind, int runtime, const char *text, int64_t a, int64_t b)
{
    trace_append(kind, runtime, text, strnlen(text, WIRE_TEXT_SIZE), a, b);
}

void trace_detail(int runtime, const char *text, size_t most)
{
    size_t rest = strnlen(text, most);
    while (rest > 0) {
        size_t part = rest < WIRE_TEXT_SIZE ? rest : WIRE_TEXT_SIZE;
        trace_append(WIRE_DETAIL, runtime, text, part, 0, 0);
        text += part;
        rest -= part;
    }
}

void trace_fact(int runtime, const char *key, const char *text)
{
    char both[WIRE_TEXT_SIZE + 1];
    size_t length = strnlen(key, WIRE_TEXT_SIZE - 1);
    memcpy(both, key, length);
    both[length++] = '=';
    size_t rest = strnlen(text, WIRE_TEXT_SIZE - length);
    memcpy(both + length, text, rest);
    both[length + rest] = '\0';
    trace_write(WIRE_FACT, runtime, both, 0, 0);
}

void trace_main_lane(void)
{
    this_lane = 1;
    trace_write(WIRE_LANE, 0, "main", 0, 0);
}

void lane(const char *name)
{
    if (this_lane == 0)
        this_lane = (uint16_t)(atomic_fetch_add(&last_lane, 1) + 1);
    trace_write(WIRE_LANE, 0, name, 0, 0);
}

/* The n-th child numbers its lanes from n * LANES_OF_CHILD on, where its parent does not come. */
void lane_of_child(const char *name, int child)
{
    enum { LANES_OF_CHILD = 1000 };
    require(child <= UINT16_MAX / LANES_OF_CHILD - 1, "no more children than there are lanes for",
            0);
    atomic_store(&last_lane, (uint16_t)(child * LANES_OF_CHILD));
    this_lane = 0;
    lane(name);
}

void note(const char *text)
{
    trace_write(WIRE_NOTE, 0, text, 0, 0);
}

void value(const char *name, int64_t v)
{
    trace_write(WIRE_VALUE, 0, name, v, 0);
}

void fact(const char *key, const char *text)
{
    trace_fact(0, key, text);
}
