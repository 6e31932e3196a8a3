/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * What passes between a host process and the harness: the layout of the trace memory and of the
 * mark messages. harness/src/trace/wire.rs is the other side; harness/docs/FORMATS.md explains it.
 * All integers are little-endian, as on every platform that we run on.
 */
#ifndef COEXIST_WIRE_H
#define COEXIST_WIRE_H

#include <stdint.h>

/* Descriptors that the harness hands over, far above what a library may assume to be free. */
#define WIRE_TRACE_FD 1000 /* memfd, WIRE_HEADER_SIZE + capacity * WIRE_RECORD_SIZE bytes */
#define WIRE_MARK_FD 1001  /* SOCK_SEQPACKET */

#define WIRE_MAGIC 0x31545845454f43ull /* "COEEXT1" */
#define WIRE_VERSION 1u
#define WIRE_HEADER_SIZE 4096u
#define WIRE_RECORD_SIZE 128u
#define WIRE_TEXT_SIZE 88u

/* At offset 0 of the trace memory. The harness fills in all but `head`. */
struct wire_header {
    uint64_t magic;
    uint32_t version;
    uint32_t record_size;
    uint64_t capacity; /* records */
    uint64_t nonce;    /* of this run; goes into every check word and mark */
    uint64_t head;     /* records claimed so far; may exceed capacity: the rest was dropped */
};

enum wire_kind {
    WIRE_STEP = 1,     /* host begins a step: text = its name (load, start, callback...) */
    WIRE_DONE = 2,     /* host ends the innermost step of this lane: text = its name, a = result */
    WIRE_EVENT = 3,    /* a runtime emitted: text = what, a = value */
    WIRE_LANE = 4,     /* this lane gets a name: text */
    WIRE_NOTE = 5,     /* host: text, shown in the trace */
    WIRE_VALUE = 6,    /* host: text = name, a = value, shown in the trace */
    WIRE_FAILED = 7,   /* host: a check failed: text = what, a = source line */
    WIRE_REFUSED = 8,  /* host: the library was refused: text = reason code (enum below) */
    WIRE_DETAIL = 9,   /* host: more of the last FAILED or REFUSED, kept but never compared */
    WIRE_FACT = 10,    /* host: text = "key=value", kept but never compared */
    WIRE_LIVE = 11,    /* a runtime: a = address, b = size of a living block, never compared */
    WIRE_MARK = 12,    /* host stands at a mark: text = its name */
    WIRE_END = 13,     /* host: the scenario is complete; main returns after this */
    WIRE_HANDLER = 14, /* host, after MARK: a signal that is not at its default, below */
    WIRE_STATE = 15,   /* host, after MARK: more of what only the process knows, below */
};

/* Reason codes of WIRE_REFUSED: "not-elf", "undefined-symbol", "load-error", "no-export",
 * "null-table", "wrong-abi", "wrong-size", "wrong-id", "missing-entry". */

/* WIRE_HANDLER: text = "NUMBER MASK" in decimal and hexadecimal, a = the handler's address or
 * SIG_IGN, b = its flags. WIRE_STATE: text = a word, or a word and a value, and what a and b are is the
 * word's own; see state.c. Both are of the mark before them. */

/* One event. Claimed by an atomic add on head; `commit` is stored last, with release order. */
struct wire_record {
    uint64_t commit; /* index of the record + 1; 0 = not written to the end */
    uint64_t check;  /* wire_check of everything but commit and check, with commit mixed in */
    uint16_t lane;   /* 1 = the host's main thread; 0 = a thread that has no lane */
    uint8_t kind;
    uint8_t runtime; /* 0 = the host; 1.. = position of the library in the cell */
    uint32_t length; /* bytes of text */
    int64_t a;
    int64_t b;
    char text[WIRE_TEXT_SIZE]; /* padded with NUL */
};
_Static_assert(sizeof(struct wire_record) == WIRE_RECORD_SIZE, "record size");

/* The check word: h = nonce ^ (commit * K); then for each of the 14 64-bit words from `lane` on:
 * h = rotl(h ^ word, 29) * K. Never to keep out an attacker: it finds memory that was overwritten. */
#define WIRE_CHECK_FACTOR 0x9e3779b97f4a7c15ull

/* A mark: the host sends the request, stands still, and goes on when it has read the answer. */
struct wire_mark {
    uint64_t magic; /* WIRE_MAGIC */
    uint64_t nonce;
    uint32_t kind;  /* enum wire_mark_kind */
    uint32_t index; /* 1, 2, 3... counts the requests; the answer repeats it */
    char name[40];  /* padded with NUL */
};

enum wire_mark_kind {
    WIRE_MARK_REQUEST = 1, /* host: measure me */
    WIRE_MARK_ANSWER = 2,  /* harness: done, go on */
    WIRE_MARK_FULL = 3,    /* host: the trace memory is full; no answer, end me */
    WIRE_MARK_HUNG = 4,    /* host: a child of mine hangs; look at it before I end it */
};

#endif
