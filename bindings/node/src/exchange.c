/* Documents out, files in, stores together, and what verify finds. */
#include "addon.h"

#include <stdlib.h>
#include <string.h>

struct exchange {
    const char *document, *options, *format, *anchor;
    bip_query *query;
    sink sink;
    const char *bytes; /* of an import, where they are given at once */
    size_t n, at;
    char *rest; /* of a chunk that was longer than what was asked for */
    size_t n_rest, at_rest, rest_room;
    bip_import_result result;
    int32_t days;
    bip_date as_of;
};

enum { SINK = 0, ISSUE = 0, SOURCE = 1 }; /* which of job.callbacks */

static bool take_flag(job *j, napi_value v, const char *name, bool *yes)
{
    return bip_node_absent(j->env, v) || napi_get_value_bool(j->env, v, yes) == napi_ok ||
           bip_node_wrong(j->env, name, "true or false");
}

/* ------------------------------------------------------------ documents */

static bool take_sink(job *j, napi_value v, napi_value wait, napi_value reuse)
{
    struct exchange *in = j->in;
    in->sink.job = j;
    if (!bip_node_callback(j, v, "onChunk", SINK) || !take_flag(j, wait, "wait", &j->may_wait) ||
        !take_flag(j, reuse, "reuse", &in->sink.reuses))
        return false;
    in->sink.function = j->callbacks[SINK];
    return true;
}

static bool write_take(job *j, const napi_value *args)
{
    struct exchange *in = j->in;
    return bip_node_take_store(j, args[0]) && bip_node_text(j, args[1], "document", &in->document) &&
           bip_node_query(j, args[2], &in->query) && bip_node_text(j, args[3], "options", &in->options) &&
           take_sink(j, args[4], args[5], args[6]);
}

static bip_status write_run(job *j)
{
    struct exchange *in = j->in;
    bip_status st =
        bip_write(bip_node_store(j), in->document, in->query, in->options, bip_node_sink, &in->sink, &j->err);
    return bip_node_sink_end(&in->sink, st, &j->err);
}

static napi_value write_give(job *j)
{
    struct exchange *in = j->in;
    char *bytes = in->sink.bytes;
    if (in->sink.function != NULL)
        return NULL;
    in->sink.bytes = NULL;
    return bip_node_buffer(j->env, bytes, in->sink.n);
}

static void exchange_drop(job *j)
{
    struct exchange *in = j->in;
    bip_node_sink_drop(j->env, &in->sink);
    free(in->sink.bytes);
    free(in->rest);
}

static bool take_overdue(job *j, napi_value days, napi_value as_of)
{
    struct exchange *in = j->in;
    in->as_of = BIP_NO_DATE;
    return bip_node_int32(j->env, days, "days", &in->days) && bip_node_date(j, as_of, "asOf", &in->as_of);
}

static bool list_take(job *j, const napi_value *args)
{
    return bip_node_take_store(j, args[0]) && take_overdue(j, args[1], args[2]);
}

static bip_status list_run(job *j)
{
    struct exchange *in = j->in;
    bip_status st = bip_retention_list(bip_node_store(j), in->days, in->as_of, bip_node_sink, &in->sink, &j->err);
    return bip_node_sink_end(&in->sink, st, &j->err);
}

static bool erase_take(job *j, const napi_value *args)
{
    return bip_node_take_child(j, args[0]) && take_overdue(j, args[1], args[2]);
}

static bip_status erase_run(job *j)
{
    struct exchange *in = j->in;
    bip_status st = bip_retention_erase(bip_node_change(j), in->days, in->as_of, bip_node_sink, &in->sink, &j->err);
    return bip_node_sink_end(&in->sink, st, &j->err);
}

/* ------------------------------------------------------------ issues */

static size_t issue_args(napi_env env, ask *a, napi_value *argv)
{
    const bip_issue *issue = a->data;
    napi_create_object(env, &argv[0]);
    bip_node_set_number(env, argv[0], "line", (double)issue->line);
    bip_node_set(env, argv[0], "column", bip_node_string(env, issue->column));
    bip_node_set(env, argv[0], "where", bip_node_string(env, issue->where));
    bip_node_set(env, argv[0], "message", bip_node_string(env, issue->message));
    return 1;
}

static int told_issue(void *ctx, const bip_issue *issue)
{
    job *j = ctx;
    ask a = {.job = j, .function = j->callbacks[ISSUE], .args = issue_args, .read = bip_node_go_on, .data = issue};
    return bip_node_ask(&a) ? (int)a.reply : 1;
}

static bip_issue_fn issue_fn(const job *j)
{
    return j->callbacks[ISSUE] != NULL ? told_issue : NULL;
}

static bool verify_take(job *j, const napi_value *args)
{
    struct exchange *in = j->in;
    return bip_node_take_store(j, args[0]) && bip_node_text(j, args[1], "anchor", &in->anchor) &&
           bip_node_callback(j, args[2], "onIssue", ISSUE);
}

static bip_status verify_run(job *j)
{
    struct exchange *in = j->in;
    return bip_store_verify(bip_node_store(j), in->anchor, issue_fn(j), j, &j->err);
}

/* ------------------------------------------------------------ import */

static size_t source_args(napi_env env, ask *a, napi_value *argv)
{
    napi_create_double(env, (double)a->n, &argv[0]);
    return 1;
}

static bool keep_rest(struct exchange *in, const void *bytes, size_t n)
{
    if (n > in->rest_room) {
        char *rest = realloc(in->rest, n);
        if (rest == NULL)
            return false;
        in->rest = rest;
        in->rest_room = n;
    }
    if (n > 0)
        memcpy(in->rest, bytes, n);
    in->n_rest = n;
    in->at_rest = 0;
    return true;
}

/* A chunk of whatever length, or null at the end. */
static bool read_chunk(napi_env env, ask *a, napi_value answer)
{
    struct exchange *in = a->into;
    bool is_buffer = false;
    void *bytes;
    size_t n;
    a->reply = 0;
    if (bip_node_absent(env, answer))
        return true;
    if (napi_is_buffer(env, answer, &is_buffer) != napi_ok || !is_buffer ||
        napi_get_buffer_info(env, answer, &bytes, &n) != napi_ok)
        return bip_node_wrong(env, "a chunk of the source", "a string or a Uint8Array");
    a->reply = 1;
    return keep_rest(in, bytes, n) || bip_node_wrong(env, "a chunk of the source", "no larger than memory");
}

static long take_some(const char *from, size_t n, size_t *at, char *into, size_t room)
{
    size_t some = n - *at < room ? n - *at : room;
    if (some > 0)
        memcpy(into, from + *at, some);
    *at += some;
    return (long)some;
}

static long read_source(void *ctx, char *into, size_t n)
{
    job *j = ctx;
    struct exchange *in = j->in;
    ask a = {.job = j, .function = j->callbacks[SOURCE], .args = source_args, .read = read_chunk, .into = in, .n = n};
    if (a.function == NULL)
        return take_some(in->bytes, in->n, &in->at, into, n);
    while (in->at_rest == in->n_rest) { /* an empty chunk is not the end */
        a.done = false;
        if (!bip_node_ask(&a))
            return -1;
        if (a.reply == 0)
            return 0;
    }
    return take_some(in->rest, in->n_rest, &in->at_rest, into, n);
}

static bool is_bytes(napi_env env, napi_value v)
{
    bool is = false;
    return napi_is_buffer(env, v, &is) == napi_ok && is;
}

static bool import_take(job *j, const napi_value *args)
{
    struct exchange *in = j->in;
    napi_valuetype type = napi_undefined;
    napi_typeof(j->env, args[3], &type);
    if (!bip_node_take_child(j, args[0]) || !bip_node_text(j, args[1], "format", &in->format) ||
        !bip_node_text(j, args[2], "options", &in->options) || !bip_node_callback(j, args[4], "onIssue", ISSUE) ||
        !take_flag(j, args[5], "wait", &j->may_wait))
        return false;
    if (type == napi_function)
        return bip_node_callback(j, args[3], "source", SOURCE);
    if (type != napi_string && !is_bytes(j->env, args[3]))
        return bip_node_wrong(j->env, "source", "a string, a Uint8Array or something that gives them");
    return bip_node_bytes(j, args[3], "source", &in->bytes, &in->n);
}

static bip_status import_run(job *j)
{
    struct exchange *in = j->in;
    in->result.size = sizeof in->result;
    return bip_import(bip_node_change(j), in->format, in->options, read_source, j, issue_fn(j), j, &in->result,
                      &j->err);
}

static bool merge_take(job *j, const napi_value *args)
{
    return bip_node_take_child(j, args[0]) && bip_node_take_store(j, args[1]);
}

/* A store into itself stands once among the holders, and is for the library to refuse. */
static bip_status merge_run(job *j)
{
    struct exchange *in = j->in;
    const holder *from = j->holders[1] != NULL ? j->holders[1] : j->holders[0];
    in->result.size = sizeof in->result;
    return bip_merge(bip_node_change(j), from->store, &in->result, &j->err);
}

static napi_value result_give(job *j)
{
    const bip_import_result *r = &((struct exchange *)j->in)->result;
    napi_value made;
    napi_create_object(j->env, &made);
    bip_node_set_number(j->env, made, "added", (double)r->added);
    bip_node_set_number(j->env, made, "known", (double)r->known);
    bip_node_set_number(j->env, made, "changed", (double)r->changed);
    bip_node_set_number(j->env, made, "participants", (double)r->participants);
    bip_node_set_number(j->env, made, "emptyRows", (double)r->empty_rows);
    bip_node_set_number(j->env, made, "future", (double)r->future);
    bip_node_set_number(j->env, made, "refused", (double)r->refused);
    return made;
}

const op bip_node_exchange_ops[] = {
    {"write", sizeof(struct exchange), write_take, write_run, write_give, exchange_drop},
    {"retentionList", sizeof(struct exchange), list_take, list_run, write_give, exchange_drop},
    {"retentionErase", sizeof(struct exchange), erase_take, erase_run, write_give, exchange_drop},
    {"storeVerify", sizeof(struct exchange), verify_take, verify_run, NULL, NULL},
    {"import", sizeof(struct exchange), import_take, import_run, result_give, exchange_drop},
    {"merge", sizeof(struct exchange), merge_take, merge_run, result_give, NULL},
    {0}};
