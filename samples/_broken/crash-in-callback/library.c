/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Reads below a null pointer in the callback, two functions deep. */
#define SAMPLE crash_in_callback
#define ID "crash-in-callback"
#define CALLBACK go_astray
static void go_astray(void);
#include "skeleton.h"

struct node {
    long payload[3];
    struct node *next;
};

static struct node *volatile first;

static __attribute__((noinline, unused)) struct node *follow_null(void)
{
    return first->next;
}

static __attribute__((noinline)) void go_astray(void)
{
#ifndef SOUND
    first = follow_null();
#endif
    sample_callback();
}
