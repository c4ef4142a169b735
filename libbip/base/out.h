/* One growing buffer that can drain into a sink: every document and every canonical form is written through it.
 * Failures stick and are told once, by bip__out_finish(): the writers in between return nothing. */
#ifndef BIP_BASE_OUT_H
#define BIP_BASE_OUT_H

#include "error.h"

#include <stdbool.h>
#include <string.h>

typedef struct bip__out {
    char *data;
    size_t len, cap;
    bip_write_fn write; /* NULL: collects in memory */
    void *ctx;
    bip_status status; /* BIP_OK, BIP_E_NOMEM, BIP_E_CANCELLED; BIP_E_USAGE: bip__out_printf has no such conversion */
    char last;         /* what the sink was given last: a comma must know it after draining */
} bip__out;

void bip__out_init(bip__out *o, bip_write_fn write, void *ctx);
bip_status bip__out_finish(bip__out *o, bip_error *err); /* drain; says what went wrong; does not free */
void bip__out_free(bip__out *o);
void bip__out_clear(bip__out *o); /* empty, keep the memory; for collecting only */
/* Instead of bip__out_free() of an output that has ended well, and behind bip__out_init() of the next: where there are
 * many small documents, one after the other in the same memory. A large one's is freed. */
void bip__out_leave(bip__out *o, bip__out *idle);
void bip__out_inherit(bip__out *o, bip__out *idle);
int bip__out_take(void *out, const char *bytes, size_t n); /* a bip_write_fn that collects in a bip__out, its ctx */

/* Room for n more bytes at the end, or NULL after a failure. Whoever has filled it from its beginning on says up to
 * where. */
char *bip__out_room_far(bip__out *o, size_t n); /* where there is none yet */
static inline char *bip__out_room(bip__out *o, size_t n)
{
    if (o->status == BIP_OK && n <= o->cap - o->len)
        return o->data + o->len;
    return bip__out_room_far(o, n);
}
static inline void bip__out_filled(bip__out *o, const char *end)
{
    o->len = (size_t)(end - o->data);
}

void bip__out_bytes_far(bip__out *o, const char *p, size_t n); /* where there is no room yet: of the next two */

/* Tens of millions of short pieces make an export: where there is room, no call. */
static inline void bip__out_bytes(bip__out *o, const char *p, size_t n)
{
    if (n < o->cap - o->len) {
        if (n)
            memcpy(o->data + o->len, p, n);
        o->len += n;
    } else {
        bip__out_bytes_far(o, p, n);
    }
}
static inline void bip__out_char(bip__out *o, char c)
{
    if (o->len < o->cap)
        o->data[o->len++] = c;
    else
        bip__out_bytes_far(o, &c, 1);
}
static inline void bip__out_text(bip__out *o, const char *s)
{
    bip__out_bytes(o, s, strlen(s));
}
void bip__out_int(bip__out *o, int64_t v);
void bip__out_number(bip__out *o, double v); /* ECMAScript Number::toString; NaN and infinity become null */
void bip__out_date(bip__out *o, bip_date d); /* YYYY-MM-DD */
void bip__out_time(bip__out *o, int64_t ms); /* 2026-09-01T09:12:00.000Z */
void bip__out_hex(bip__out *o, const uint8_t *p, size_t n);
void bip__out_printf(bip__out *o, const char *fmt, ...) BIP_PRINTF(2, 3); /* %s %d %lld %zu only */

/* JSON: a string escaped as JSON.stringify does; a member writes a comma before itself unless the last byte is '{' or
 * '[', or nothing was written yet. */
void bip__out_json(bip__out *o, const char *p, size_t n);
void bip__out_json_text(bip__out *o, const char *s); /* NULL becomes null */
void bip__out_key(bip__out *o, const char *key);     /* [,]"key": */
void bip__out_comma(bip__out *o);                    /* [,] */

#endif
