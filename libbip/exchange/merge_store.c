/* One store takes in another: what the other would export is pulled, a participant at a time, through what an import
 * checks. So there is one way in for facts made elsewhere, and nothing of the other store is trusted that a file
 * wouldn't be. */
#include "exchange/import.h"

#include <string.h>

typedef struct pump {
    bip__store_writer *writer;
    bip__out out, piece; /* what the writer writes through, which must know its last byte; and into */
    size_t at;
    bip_status status;
    bip_error err; /* of the other store: the reader's would only say that nothing comes */
} pump;

static bip_status next_piece(pump *p)
{
    bip__out_clear(&p->piece);
    p->at = 0;
    bip_status st = bip__store_writer_next(p->writer);
    if (st == BIP_OK)
        st = bip__out_finish(&p->out, &p->err);
    return p->piece.status == BIP_OK ? st : bip__out_finish(&p->piece, &p->err);
}

static long pull(void *ctx, char *into, size_t n)
{
    pump *p = ctx;
    while (p->at == p->piece.len)
        if ((p->status = next_piece(p)) != BIP_OK)
            return p->status == BIP_DONE ? 0 : -1;
    if (n > p->piece.len - p->at)
        n = p->piece.len - p->at;
    memcpy(into, p->piece.data + p->at, n);
    p->at += n;
    return (long)n;
}

static bip_status take_in(bip__change *change, pump *p, bip_import_result *counts, bip_error *err)
{
    bip__source source;
    bip__source_init(&source, pull, p);
    bip_status st = bip__import_store(change, &source, bip__context_today(change->context), counts, err);
    bip__source_free(&source);
    if (p->status == BIP_OK || p->status == BIP_DONE)
        return st;
    if (err != NULL)
        *err = p->err;
    return p->status;
}

bip_status bip__merge_store(bip__change *change, bip__context *from, bip_import_result *counts, bip_error *err)
{
    pump p = {.status = BIP_OK};
    bip__out_init(&p.piece, NULL, NULL);
    bip__out_init(&p.out, bip__out_take, &p.piece);
    bip_status st = bip__store_writer_open(from, &p.out, &p.writer, &p.err);
    if (st == BIP_OK)
        st = take_in(change, &p, counts, err);
    else if (err != NULL)
        *err = p.err;
    bip__store_writer_close(p.writer);
    bip__out_free(&p.out);
    bip__out_free(&p.piece);
    return st;
}
