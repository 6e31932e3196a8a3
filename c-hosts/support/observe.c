/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Facts that children see without any intervention: how many of them say the same. */
#define _GNU_SOURCE
#include "support.h"
#include "trial.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { MOST = 200, FEW = 2, MANY = 10 };

struct line {
    char text[WIRE_TEXT_SIZE + 1];
    int times;
};

/* What the child says, and what all of them said. */
struct said {
    int count;
    struct line lines[MOST];
};

static struct said *said;
static struct said all;

void trial_say(const char *format, ...)
{
    if (said == NULL || said->count == MOST)
        return;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(said->lines[said->count].text, sizeof said->lines->text, format, arguments);
    va_end(arguments);
    said->count++;
}

static void add(const char *text)
{
    int at = 0;
    while (at < all.count && strcmp(all.lines[at].text, text) != 0)
        at++;
    if (at == MOST)
        return;
    if (at == all.count)
        memcpy(all.lines[all.count++].text, text, sizeof all.lines->text);
    all.lines[at].times++;
}

static bool is_unanimous(int made)
{
    for (int i = 0; i < all.count; i++)
        if (all.lines[i].times != made)
            return false;
    return true;
}

void observe(const char *what, trial_body *body, const void *plan)
{
    if (said == NULL)
        said = xshared(sizeof *said);
    memset(&all, 0, sizeof all);
    struct ending bad = {.how = ENDED_WELL};
    int made = 0;
    while (made < FEW || (!is_unanimous(made) && made < MANY)) {
        memset(said, 0, sizeof *said);
        struct ending ending = trial(body, plan);
        made++;
        if (ending.how != ENDED_WELL)
            bad = ending;
        for (int i = 0; i < said->count; i++)
            add(said->lines[i].text);
    }
    for (int i = 0; i < all.count; i++)
        found(all.lines[i].text, all.lines[i].times, made);
    if (bad.how != ENDED_WELL)
        tell_void(what, ending_text(bad));
}
