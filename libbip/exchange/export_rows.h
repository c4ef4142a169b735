/* What the exports of assessments row by row share: the reading, and the texts that many rows have in common, each made
 * once and then copied. A stream: one participant is in hand at a time. */
#ifndef BIP_EXCHANGE_EXPORT_ROWS_H
#define BIP_EXCHANGE_EXPORT_ROWS_H

#include "base/alloc.h"
#include "base/out.h"
#include "model/score.h"
#include "read/assessments.h"

/* From bip__exporter_piece(): BIP__BLOCK bytes behind it may be read. */
typedef struct bip__piece {
    const char *text;
    size_t n;
} bip__piece;
#define BIP__BLOCK 32

/* A text that stays the same for a while, and what it is of. */
typedef struct bip__kept {
    bip__out text;
    int64_t of;
    bool made;
} bip__kept;

/* What every assessment of one respondent on one version looks like. */
typedef struct bip__row_form {
    const bip__version *version;
    int32_t respondent;
    size_t n;                  /* scores to be printed */
    int32_t *at;               /* of each its place among the stored ones; -1: an empty cell */
    bip__piece *names;         /* of each what stands before it */
    size_t longest;            /* of the names */
    bip__piece before, behind; /* as the format says */
} bip__row_form;

typedef struct bip__exporter bip__exporter;

typedef struct bip__row_format {
    const char *document;
    /* Fill at, names, before and behind, by bip__exporter_piece(). form->at and form->names have room for what is asked
     * and visible, which they hold already: names as bare codes. */
    bip_status (*form)(bip__exporter *x, bip__row_form *form, bip_error *err);
    void (*row)(bip__exporter *x, const bip__stored *a, const bip__row_form *form);
} bip__row_format;

struct bip__exporter {
    bip__context *context;
    const bip__catalogue *catalogue;
    bip_query query;
    bool no_notes;
    bip__out *o;
    const bip__row_format *format;
    void *own; /* the format's */
    bip__arena arena;
    bip__row_form **forms;   /* by index of the version, then by respondent; NULL: not met yet */
    bip__score_span *scores; /* of the assessment in hand, as stored */
    size_t scores_cap;
    bip__kept person, entry, date; /* the participant's code as the format has it; the id's beginning */
    bip__out text;                 /* of the piece being made */
};

/* Afterwards always bip__exporter_close(). */
bip_status bip__exporter_open(bip__exporter *x, const bip__row_format *format, bip__context *c, const bip_query *query,
                              const char *options_json, bip__out *o, bip_error *err);
bip_status bip__exporter_run(bip__exporter *x, bip_error *err);
void bip__exporter_close(bip__exporter *x);

/* What x->text holds, kept; x->text is empty again. */
bip_status bip__exporter_piece(bip__exporter *x, bip__piece *out, bip_error *err);

/* ------------------------------------------------------------ putting texts together */

/* Whether it has to be made anew, into kept->text, which is empty then. */
static inline bool bip__kept_is_other(bip__kept *kept, int64_t of)
{
    if (kept->made && kept->of == of)
        return false;
    bip__out_clear(&kept->text);
    kept->of = of;
    kept->made = true;
    return true;
}

/* One that could not be made is not left out in silence. */
static inline void bip__put_text(bip__out *o, const bip__out *text)
{
    if (text->status != BIP_OK)
        o->status = text->status;
    bip__out_bytes(o, text->data, text->len);
}
static inline void bip__put_piece(bip__out *o, bip__piece piece)
{
    bip__out_bytes(o, piece.text, piece.n);
}
void bip__put_date(bip__exporter *x, bip__out *o, bip_date date);
void bip__put_id(bip__exporter *x, bip__out *o, const bip__stored *a);

/* Into room that was made before. */
static inline char *bip__copy(char *to, const char *from, size_t n)
{
    memcpy(to, from, n);
    return to + n;
}

/* The same with room for BIP__BLOCK bytes more: pieces are short, and a copy of constant length needs no call. */
static inline char *bip__copy_piece(char *to, bip__piece piece)
{
    for (size_t at = 0; at < piece.n; at += BIP__BLOCK)
        memcpy(to + at, piece.text + at, BIP__BLOCK);
    return to + piece.n;
}

/* Most scores are one digit. */
static inline char *bip__copy_score(char *to, const char *text, size_t n)
{
    *to = *text;
    return n == 1 ? to + 1 : bip__copy(to, text, n);
}

#endif
