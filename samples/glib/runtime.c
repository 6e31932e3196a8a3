/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The GLib sample: each entry that calls out runs a main loop of its own, which dispatches one
 * source. A context belongs to one thread at a time, so there is one for each call. */
#include "runtime.h"
#include <glib.h>

enum { WORDS = 256, BLOCKS_PER_MIB = 1024, LIVE_EVERY = 16, REPORTED = 8 };

static const coexist_host *the_host;
static gint counter;

static const char *version(void)
{
    static gsize once;
    if (g_once_init_enter(&once)) {
        char *text = g_strdup_printf("glib %u.%u.%u", glib_major_version, glib_minor_version,
                                     glib_micro_version);
        g_once_init_leave(&once, (gsize)text);
    }
    return (const char *)once;
}

int runtime_start(const coexist_host *host)
{
    g_atomic_pointer_set(&the_host, (gpointer)host);
    return 0;
}

struct turn {
    GMainLoop *loop;
    void (*work)(void *data);
    void *data;
};

static gboolean dispatch(gpointer data)
{
    struct turn *turn = data;
    turn->work(turn->data);
    g_main_loop_quit(turn->loop);
    return G_SOURCE_REMOVE;
}

static void run_in_loop(void (*work)(void *data), void *data)
{
    g_autoptr(GMainContext) context = g_main_context_new();
    g_autoptr(GMainLoop) loop = g_main_loop_new(context, FALSE);
    g_autoptr(GSource) source = g_idle_source_new();
    struct turn turn = {.loop = loop, .work = work, .data = data};
    g_source_set_callback(source, dispatch, &turn, NULL);
    g_source_attach(source, context);
    g_main_loop_run(loop);
}

static void print_and_emit(void *data)
{
    (void)data;
    g_print("GLib callback!\n");
    const coexist_host *host = g_atomic_pointer_get(&the_host);
    if (host)
        host->emit(host, "callback", 0);
}

void runtime_callback(void)
{
    run_in_loop(print_and_emit, NULL);
}

struct task {
    coexist_fn fn;
    void *arg;
    int64_t result;
};

static void run_task(void *data)
{
    struct task *task = data;
    task->result = task->fn(task->arg);
}

static int64_t call(coexist_fn fn, void *arg)
{
    struct task task = {.fn = fn, .arg = arg, .result = -1};
    run_in_loop(run_task, &task);
    return task.result;
}

struct block {
    guint32 words[WORDS];
};

static struct block *new_block(guint32 word)
{
    struct block *block = g_rc_box_new(struct block);
    for (gsize i = 0; i < WORDS; i++)
        block->words[i] = word;
    /* Or the compiler drops the blocks that nobody reads. */
    __asm__ volatile("" : : "r"(block) : "memory");
    return block;
}

static int churn(uint32_t mib, uint32_t seed, uint64_t *sum)
{
    const gsize blocks = (gsize)mib * BLOCKS_PER_MIB;
    g_autoptr(GPtrArray) living = g_ptr_array_new_with_free_func(g_rc_box_release);

    for (gsize i = 0; i < blocks; i++) {
        struct block *block = new_block((guint32)(seed + i * 2654435761u));
        if (i % LIVE_EVERY == 0)
            g_ptr_array_add(living, g_rc_box_acquire(block));
        g_rc_box_release(block);
    }
    guint64 total = 0;
    for (guint i = 0; i < living->len; i++) {
        const struct block *block = g_ptr_array_index(living, i);
        for (gsize word = 0; word < WORDS; word++)
            total += block->words[word];
    }
    *sum = total;
    const coexist_host *host = g_atomic_pointer_get(&the_host);
    for (guint i = 0; host && i < REPORTED && living->len > 0; i++)
        host->live(host, g_ptr_array_index(living, i * living->len / REPORTED), sizeof(struct block));
    return 0;
}

/* A GError's message is what it carries. */
static gboolean throw_error(gint64 payload, GError **error)
{
    g_set_error(error, g_quark_from_static_string("coexist-sample"), 1, "%" G_GINT64_FORMAT, payload);
    return FALSE;
}

static gboolean risky(gint64 payload, GError **error)
{
    g_autoptr(GError) inner = NULL;
    if (throw_error(payload, &inner))
        return TRUE;
    g_propagate_error(error, g_steal_pointer(&inner));
    return FALSE;
}

static int64_t raise_error(int64_t payload)
{
    g_autoptr(GError) error = NULL;
    if (risky(payload, &error))
        return ~payload;
    return g_ascii_strtoll(error->message, NULL, 10);
}

static gpointer run_thread(gpointer data)
{
    run_task(data);
    return NULL;
}

static int64_t spawn(coexist_fn fn, void *arg)
{
    struct task task = {.fn = fn, .arg = arg, .result = -1};
    g_thread_join(g_thread_new("coexist", run_thread, &task));
    return task.result;
}

static gboolean stay_busy(gpointer data)
{
    (void)data;
    return G_SOURCE_CONTINUE;
}

static gpointer busy(gpointer data)
{
    (void)data;
    g_autoptr(GMainContext) context = g_main_context_new();
    g_autoptr(GMainLoop) loop = g_main_loop_new(context, FALSE);
    g_autoptr(GSource) source = g_idle_source_new();
    g_source_set_callback(source, stay_busy, NULL, NULL);
    g_source_attach(source, context);
    g_main_loop_run(loop);
    return NULL;
}

static int spin(uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        g_thread_unref(g_thread_new("busy", busy, NULL));
    return 0;
}

static int64_t monotonic_clock(uint32_t n)
{
    gint64 now = 0;
    for (uint32_t i = 0; i < n; i++)
        now = g_get_monotonic_time();
    return now * 1000;
}

static int64_t state(void)
{
    return g_atomic_int_add(&counter, 1) + 1;
}

static const coexist_runtime runtime = {
    .abi = COEXIST_ABI,
    .size = sizeof(coexist_runtime),
    .id = "glib",
    .title = "GLib",
    .version = version,
    .start = runtime_start,
    .callback = runtime_callback,
    .call = call,
    .churn = churn,
    .raise = raise_error,
    .spawn = spawn,
    .spin = spin,
    .clock = monotonic_clock,
    .state = state,
};

__attribute__((visibility("default"))) const coexist_runtime *COEXIST_EXPORT(glib)(void);

const coexist_runtime *COEXIST_EXPORT(glib)(void)
{
    return &runtime;
}
