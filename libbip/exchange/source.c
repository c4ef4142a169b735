#include "exchange/source.h"

#include "base/alloc.h"

#include <string.h>

#define PIECE 65536u

void bip__source_init(bip__source *s, bip_read_fn read, void *ctx)
{
    *s = (bip__source){.read = read, .ctx = ctx};
}

void bip__source_lend(bip__source *s, char *data, size_t n)
{
    *s = (bip__source){.data = data, .end = n, .over = true};
}

void bip__source_free(bip__source *s)
{
    if (s->cap > 0)
        bip__free(s->data);
    *s = (bip__source){.over = true};
}

bip_status bip__source_more(bip__source *s, bip_error *err)
{
    if (s->over)
        return BIP_OK;
    if (s->at > 0) {
        memmove(s->data, s->data + s->at, s->end - s->at);
        s->end -= s->at;
        s->at = 0;
    }
    if (!bip__grow(&s->data, &s->cap, s->end + PIECE, 1))
        return bip__nomem(err);
    const long got = s->read(s->ctx, s->data + s->end, PIECE);
    if (got < 0 || (unsigned long)got > PIECE)
        return bip__fail(err, BIP_E_IO, NULL, "the input could not be read");
    s->end += (size_t)got;
    s->over = got == 0;
    return BIP_OK;
}

bip_status bip__source_want(bip__source *s, size_t n, bip_error *err)
{
    bip_status st = BIP_OK;
    while (st == BIP_OK && !s->over && s->end - s->at < n)
        st = bip__source_more(s, err);
    return st;
}

bip_status bip__source_line(bip__source *s, char **line, size_t *n, bip_error *err)
{
    size_t seen = 0, have;
    char *feed = NULL;
    for (;;) {
        have = s->end - s->at;
        if (have > seen)
            feed = memchr(s->data + s->at + seen, '\n', have - seen);
        seen = feed != NULL ? (size_t)(feed - (s->data + s->at)) : have;
        if (seen > BIP__MAX_LINE)
            return bip__fail(err, BIP_E_REFUSED, NULL, "the line is longer than 1 MiB");
        if (feed != NULL || s->over)
            break;
        bip_status st = bip__source_more(s, err);
        if (st != BIP_OK)
            return st;
    }
    if (have == 0)
        return BIP_DONE;
    *line = s->data + s->at;
    *n = seen > 0 && (*line)[seen - 1] == '\r' ? seen - 1 : seen;
    s->at += feed != NULL ? seen + 1 : seen;
    return BIP_OK;
}
