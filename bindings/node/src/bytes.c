/* Where documents go: into memory, or piece by piece to a callback. */
#include "addon.h"

#include <stdlib.h>
#include <string.h>

static size_t piece_args(napi_env env, ask *a, napi_value *argv)
{
    napi_create_buffer_copy(env, a->n, a->data, NULL, &argv[0]);
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
        ask a = {
            .job = s->job, .function = s->function, .args = piece_args, .read = bip_node_go_on, .data = bytes, .n = n};
        return bip_node_ask(&a) ? (int)a.reply : 1;
    }
    s->nomem = !make_room(s, n);
    if (s->nomem)
        return 1;
    memcpy(s->bytes + s->n, bytes, n);
    s->n += n;
    return 0;
}

/* The library knows only that the sink said stop. */
bip_status bip_node_sink_end(sink *s, bip_status st, bip_error *err)
{
    return s->nomem ? bip_node_nomem(err) : st;
}
