/* Where documents go: into memory, or piece by piece to a callback. */
#include "addon.h"

#include <stdlib.h>
#include <string.h>

/* The Buffer of all pieces, and its memory as it is now: JavaScript may have given it away. */
static bool reused(napi_env env, sink *s, napi_value *buffer, void **bytes, size_t *room)
{
    *room = 0;
    return s->reused == NULL || (napi_get_reference_value(env, s->reused, buffer) == napi_ok &&
                                 napi_get_buffer_info(env, *buffer, bytes, room) == napi_ok);
}

static bool make_reused(napi_env env, sink *s, size_t n, napi_value *buffer, void **bytes)
{
    bip_node_sink_drop(env, s);
    return napi_create_buffer(env, n, bytes, buffer) == napi_ok &&
           napi_create_reference(env, *buffer, 1, &s->reused) == napi_ok;
}

static bool part(napi_env env, napi_value buffer, size_t n, napi_value *out)
{
    napi_value method, range[2];
    return napi_get_named_property(env, buffer, "subarray", &method) == napi_ok &&
           napi_create_uint32(env, 0, &range[0]) == napi_ok &&
           napi_create_double(env, (double)n, &range[1]) == napi_ok &&
           napi_call_function(env, buffer, method, 2, range, out) == napi_ok;
}

static size_t piece_args(napi_env env, ask *a, napi_value *argv)
{
    napi_create_buffer_copy(env, a->n, a->data, NULL, &argv[0]);
    return 1;
}

/* Fresh memory is cold: of a long document the copying into it takes longer than all that JavaScript does. */
static size_t reused_args(napi_env env, ask *a, napi_value *argv)
{
    sink *s = a->into;
    napi_value buffer;
    void *bytes;
    size_t room;
    if (!reused(env, s, &buffer, &bytes, &room) || (room < a->n && !make_reused(env, s, a->n, &buffer, &bytes)) ||
        !part(env, buffer, a->n, &argv[0])) {
        bip_error err;
        bip_node_throw(a->job, bip_node_nomem(&err), &err);
        return 0;
    }
    memcpy(bytes, a->data, a->n);
    return 1;
}

static bool make_room(sink *s, size_t n)
{
    size_t room = s->room == 0 ? 4096 : s->room;
    char *bytes;
    while (room - s->n < n && room <= SIZE_MAX / 2)
        room *= 2;
    if (room - s->n < n)
        return false;
    if (room == s->room)
        return true;
    if ((bytes = realloc(s->bytes, room)) == NULL)
        return false;
    s->bytes = bytes;
    s->room = room;
    return true;
}

int bip_node_sink(void *ctx, const char *bytes, size_t n)
{
    sink *s = ctx;
    if (s->function != NULL) {
        ask a = {.job = s->job, .function = s->function, .read = bip_node_go_on, .data = bytes, .into = s, .n = n};
        a.args = s->reuses ? reused_args : piece_args;
        return bip_node_ask(&a) ? (int)a.reply : 1;
    }
    s->nomem = !make_room(s, n);
    if (s->nomem)
        return 1;
    memcpy(s->bytes + s->n, bytes, n);
    s->n += n;
    return 0;
}

void bip_node_sink_drop(napi_env env, sink *s)
{
    if (s->reused != NULL)
        napi_delete_reference(env, s->reused);
    s->reused = NULL;
}

/* The library knows only that the sink said stop. */
bip_status bip_node_sink_end(sink *s, bip_status st, bip_error *err)
{
    return s->nomem ? bip_node_nomem(err) : st;
}
