/* Opening a store, and what is asked of it as a whole. */
#include "addon.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------ its callbacks: the clock, chance, who reads */

static size_t no_args(napi_env env, ask *a, napi_value *argv)
{
    (void)env, (void)a, (void)argv;
    return 0;
}

static bool read_now(napi_env env, ask *a, napi_value answer)
{
    double ms;
    if (napi_get_value_double(env, answer, &ms) != napi_ok || !(fabs(ms) < 1e15))
        return bip_node_wrong(env, "the answer of now()", "milliseconds since 1970-01-01 UTC");
    a->reply = (int64_t)ms;
    return true;
}

static int64_t now_ms(void *ctx)
{
    holder *h = ctx;
    ask a = {.job = h->running, .function = h->now, .args = no_args, .read = read_now};
    if (h->has_fixed_now)
        return h->fixed_now;
    return bip_node_ask(&a) ? a.reply : 0; /* what was thrown ends the call */
}

static size_t random_args(napi_env env, ask *a, napi_value *argv)
{
    napi_create_uint32(env, (uint32_t)a->n, &argv[0]);
    return 1;
}

static bool read_random(napi_env env, ask *a, napi_value answer)
{
    bool is_buffer = false;
    void *bytes;
    size_t n;
    if (napi_is_buffer(env, answer, &is_buffer) != napi_ok || !is_buffer ||
        napi_get_buffer_info(env, answer, &bytes, &n) != napi_ok || n != a->n)
        return bip_node_wrong(env, "the answer of random()", "a Uint8Array of the length asked for");
    memcpy(a->into, bytes, n);
    return true;
}

static int random_bytes(void *ctx, void *into, size_t n)
{
    holder *h = ctx;
    ask a = {.job = h->running, .function = h->random, .args = random_args, .read = read_random, .into = into, .n = n};
    return bip_node_ask(&a) ? 0 : -1;
}

struct reading {
    const char *what, *participant;
};

static size_t read_args(napi_env env, ask *a, napi_value *argv)
{
    const struct reading *r = a->data;
    argv[0] = bip_node_string(env, r->what);
    argv[1] = bip_node_string(env, r->participant);
    return 2;
}

static int told_who_reads(void *ctx, const char *what, const char *participant)
{
    holder *h = ctx;
    struct reading r = {what, participant};
    ask a = {.job = h->running, .function = h->read, .args = read_args, .read = bip_node_go_on, .data = &r};
    return bip_node_ask(&a) ? (int)a.reply : 1;
}

/* ------------------------------------------------------------ opening */

struct open {
    const char *path;
    bip_open_options options;
    int32_t write, create, allow_national_ids;
};

#define AT(name) .offset = offsetof(struct open, name)
static void open_init(void *into)
{
    bip_open_options_init(&((struct open *)into)->options, sizeof(bip_open_options));
}

static const field open_fields[] = {{"write", BOOL, AT(write)},
                                    {"create", BOOL, AT(create)},
                                    {"allowNationalIds", BOOL, AT(allow_national_ids)},
                                    {"waitMs", INT32, AT(options.wait_ms)},
                                    {"lang", TEXT, AT(options.lang)},
                                    {"now", OTHER, .offset = 0},
                                    {"random", OTHER, .offset = 0},
                                    {"read", OTHER, .offset = 0}};
static const structure open_structure = {"options", sizeof(struct open), open_init, open_fields,
                                         sizeof open_fields / sizeof *open_fields};
#undef AT

static bool take_function(job *j, napi_value options, const char *key, const char *name, napi_ref *out)
{
    napi_value v;
    napi_valuetype type;
    if (napi_get_named_property(j->env, options, key, &v) != napi_ok)
        return false;
    if (bip_node_absent(j->env, v))
        return true;
    if (napi_typeof(j->env, v, &type) != napi_ok || type != napi_function)
        return bip_node_wrong(j->env, name, "a function");
    return napi_create_reference(j->env, v, 1, out) == napi_ok;
}

/* A number stands for a clock that shows it always. */
static bool take_now(job *j, napi_value options, holder *h)
{
    napi_value v;
    double ms;
    if (napi_get_named_property(j->env, options, "now", &v) != napi_ok)
        return false;
    if (napi_get_value_double(j->env, v, &ms) != napi_ok)
        return take_function(j, options, "now", "options.now", &h->now);
    if (!(fabs(ms) < 1e15))
        return bip_node_wrong(j->env, "options.now", "milliseconds since 1970-01-01 UTC");
    h->has_fixed_now = true;
    h->fixed_now = (int64_t)ms;
    return true;
}

static bool take_callbacks(job *j, napi_value options, holder *h, bip_open_options *o)
{
    if (bip_node_absent(j->env, options))
        return true;
    if (!take_now(j, options, h) || !take_function(j, options, "random", "options.random", &h->random) ||
        !take_function(j, options, "read", "options.read", &h->read))
        return false;
    o->ctx = h;
    o->now_ms = h->now != NULL || h->has_fixed_now ? now_ms : NULL;
    o->random = h->random != NULL ? random_bytes : NULL;
    o->read = h->read != NULL ? told_who_reads : NULL;
    return true;
}

static bool open_take(job *j, const napi_value *args)
{
    struct open *in = j->in;
    if (bip_node_absent(j->env, args[0]))
        return bip_node_wrong(j->env, "path", "a string");
    if (!bip_node_text(j, args[0], "path", &in->path) || !bip_node_struct(j, args[1], "options", &open_structure, in))
        return false;
    holder *h = j->holders[0] = bip_node_holder_new(j->env);
    if (h == NULL)
        return bip_node_throw(j, bip_node_nomem(&j->err), &j->err);
    in->options.flags = (in->write ? BIP_OPEN_WRITE : 0) | (in->create ? BIP_OPEN_CREATE : 0) |
                        (in->allow_national_ids ? BIP_OPEN_ALLOW_NATIONAL_IDS : 0);
    return take_callbacks(j, args[1], h, &in->options);
}

static bip_status open_run(job *j)
{
    struct open *in = j->in;
    return bip_store_open(in->path, &in->options, &j->holders[0]->store, &j->err);
}

static napi_value open_give(job *j)
{
    j->holders[0]->refs++;
    return bip_node_wrap_store(j->env, j->holders[0]);
}

/* ------------------------------------------------------------ the store as a whole */

struct whole {
    const char *text;
    size_t n;
    char lang[BIP_LANG_SIZE];
    int32_t number;
};

static bool store_take(job *j, const napi_value *args)
{
    return bip_node_take_store(j, args[0]);
}

static bip_status close_run(job *j)
{
    bip_store *store = bip_node_store(j);
    j->holders[0]->store = NULL; /* first: what still comes finds it closed */
    bip_store_close(store);
    return BIP_OK;
}

/* On another thread, perhaps: then nobody else may look at the store any more. */
bool bip_node_is_closing(const holder *h)
{
    return h->running != NULL && h->running->op->run == close_run;
}

/* The library's own error for a store that isn't there, where the function has none. */
static bip_status open_or_refused(job *j)
{
    return bip_node_store(j) != NULL ? BIP_OK : bip_store_verify(NULL, NULL, NULL, NULL, &j->err);
}

static bip_status lang_run(job *j)
{
    struct whole *in = j->in;
    strncpy(in->lang, bip_store_lang(bip_node_store(j)), sizeof in->lang - 1);
    return open_or_refused(j);
}

static napi_value lang_give(job *j)
{
    struct whole *in = j->in;
    return bip_node_string(j->env, in->lang);
}

static bool words_take(job *j, const napi_value *args)
{
    struct whole *in = j->in;
    return bip_node_take_store(j, args[0]) && bip_node_bytes(j, args[1], "words", &in->text, &in->n);
}

static bip_status words_run(job *j)
{
    struct whole *in = j->in;
    return bip_store_add_words(bip_node_store(j), in->text, in->n, in->lang, &j->err);
}

static bip_status today_run(job *j)
{
    struct whole *in = j->in;
    char text[11];
    bip_date_format(bip_store_today(bip_node_store(j)), text);
    memcpy(in->lang, text, sizeof text);
    return open_or_refused(j);
}

static bool backup_take(job *j, const napi_value *args)
{
    struct whole *in = j->in;
    return bip_node_take_store(j, args[0]) && bip_node_text(j, args[1], "path", &in->text);
}

static bip_status backup_run(job *j)
{
    struct whole *in = j->in;
    return bip_store_backup(bip_node_store(j), in->text, &j->err);
}

static bip_status traces_run(job *j)
{
    struct whole *in = j->in;
    return bip_store_traces(bip_node_store(j), &in->number, &j->err);
}

static napi_value traces_give(job *j)
{
    struct whole *in = j->in;
    napi_value v = NULL;
    napi_get_boolean(j->env, in->number != 0, &v);
    return v;
}

static bip_status retention_run(job *j)
{
    struct whole *in = j->in;
    in->number = bip_retention_days(bip_node_store(j));
    return open_or_refused(j);
}

static napi_value retention_give(job *j)
{
    struct whole *in = j->in;
    napi_value v = NULL;
    napi_create_int32(j->env, in->number, &v);
    return v;
}

const op bip_node_store_ops[] = {
    {"storeOpen", sizeof(struct open), open_take, open_run, open_give, NULL},
    {"storeClose", sizeof(struct whole), store_take, close_run, NULL, NULL},
    {"storeLang", sizeof(struct whole), store_take, lang_run, lang_give, NULL},
    {"storeAddWords", sizeof(struct whole), words_take, words_run, lang_give, NULL},
    {"storeToday", sizeof(struct whole), store_take, today_run, lang_give, NULL},
    {"storeBackup", sizeof(struct whole), backup_take, backup_run, NULL, NULL},
    {"storeTraces", sizeof(struct whole), store_take, traces_run, traces_give, NULL},
    {"retentionDays", sizeof(struct whole), store_take, retention_run, retention_give, NULL},
    {0}};
