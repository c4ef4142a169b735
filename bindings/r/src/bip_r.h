/* What the files of the package share. Each function that R calls goes the same way: take its arguments apart, enter
 * the store, let libbip work, leave the store, make what R gets. R may jump (errors, interrupts) out of any function of
 * its own, so between entering and leaving none is called except through bipr_guarded(), and what was allocated belongs
 * to R: R_alloc(), or an external pointer with a finalizer. */
#ifndef BIP_R_H
#define BIP_R_H

#define R_NO_REMAP
#define STRICT_R_HEADERS
#include <R.h>
#include <Rinternals.h>

#include <bip.h>

#include <setjmp.h>

/* ---- one open store ---- */

typedef struct bipr_change bipr_change;

typedef struct bipr_store {
    bip_store *store;       /* NULL: closed */
    bipr_change *change;    /* the one that is open, or NULL */
    SEXP now, random, read; /* functions or NULL; the external pointer keeps them, and the token */
    SEXP token;             /* for R_UnwindProtect() */
    jmp_buf back;           /* to the callback that R jumped out of */
    double at_ms;           /* what `now` said before this call */
    int busy, jumped;       /* in a call of libbip; R waits to go on jumping */
    bip_change *abandoned;  /* collected in the middle of a call: rolled back after it */
    unsigned asked;         /* how often an interrupt could have been looked for */
} bipr_store;

struct bipr_change {
    bip_change *change; /* NULL: committed, rolled back, or its store is closed */
    bipr_store *owner;
};

/* Enter and leave. NULL, and err says so, where it is no open store or a call on it is in progress; also where err says
 * already that something is wrong. bipr_leave() doesn't return where R waits to go on jumping. */
bipr_store *bipr_enter(SEXP store, bip_error *err);
bipr_change *bipr_enter_change(SEXP change, bip_error *err);
void bipr_leave(bipr_store *s);
void bipr_settle(bipr_store *s); /* leaving without the jump, which a second bipr_leave() does */

/* Call R from a callback of libbip. NULL: R jumps, and the callback has to say stop. */
SEXP bipr_guarded(bipr_store *s, SEXP (*f)(void *), void *data);
/* The same for a call that is made by `call(data)`. 0 to go on; 1 to stop: it jumps, or said FALSE. */
int bipr_stops(bipr_store *s, SEXP (*call)(void *), void *data);
int bipr_interrupted(bipr_store *s); /* the same, for nothing but the user's Ctrl-C */

/* ---- arguments: what isn't of its type makes err a BIP_E_USAGE at `where`, unless err has something already ---- */

void bipr_refuse(bip_error *err, const char *where);
const char *bipr_text(SEXP x, const char *where, bip_error *err);       /* required */
const char *bipr_maybe_text(SEXP x, const char *where, bip_error *err); /* NULL and NA: NULL */
bipr_store *bipr_store_of(SEXP store); /* open or closed; NULL: none, or one that was saved and read again */
bipr_change *bipr_change_of(SEXP change);
const char *const *bipr_texts(SEXP x, const char *where, bip_error *err); /* of a character vector */
const char *bipr_text_at(SEXP x, R_xlen_t i);                             /* NA: NULL; recycled */
double bipr_number(SEXP x, const char *where, bip_error *err);            /* of length 1 */
int32_t bipr_int(SEXP x, const char *where, bip_error *err);
int bipr_flag(SEXP x, const char *where, bip_error *err);
bip_date bipr_date(SEXP x, const char *where, bip_error *err);                /* NULL and NA: BIP_NO_DATE */
bip_date bipr_date_at(SEXP x, R_xlen_t i, const char *where, bip_error *err); /* of a vector; "" checked before */
int bipr_is_dates(SEXP x);
bip_score *bipr_scores(SEXP number, SEXP answer, const char *where, bip_error *err);
bip_label *bipr_labels(SEXP x, size_t *n, const char *where, bip_error *err); /* c("Not at all" = 1, ...) */
SEXP bipr_member(SEXP list, const char *name);                                /* NULL where there is none */
bip_query *bipr_query(SEXP list, bip_error *err);

/* ---- answers ---- */

SEXP bipr_string(const char *text); /* a character vector; NULL: NA */
SEXP bipr_failure(const bip_error *err, SEXP issues);
SEXP bipr_answer(SEXP value, const bip_error *err); /* the value, or the failure that err tells of */

/* ---- columns that grow: no function of R is called while they do ---- */

typedef enum bipr_type {
    BIPR_LOGICAL,
    BIPR_INT,
    BIPR_DOUBLE,
    BIPR_DATE, /* a double, of class Date */
    BIPR_TIME, /* a double, of class POSIXct */
    BIPR_TEXT,
    BIPR_FACTOR /* levels in the order of appearance, or those given */
} bipr_type;

typedef struct bipr_table bipr_table;

/* Lives until *keep is collected; protect it. */
bipr_table *bipr_table_new(SEXP *keep);
void bipr_column(bipr_table *t, const char *name, bipr_type type, const char *const *levels, int n_levels);
void bipr_add_int(bipr_table *t, int column, int32_t value); /* logical and factors with levels (from 0) too */
void bipr_add_double(bipr_table *t, int column, double value);
void bipr_add_text(bipr_table *t, int column, const char *text);
void bipr_add_na(bipr_table *t, int column);
int bipr_end_row(bipr_table *t); /* 0: memory ran out, now or before */
size_t bipr_rows(const bipr_table *t);
SEXP bipr_frame(bipr_table *t); /* a data frame */
void bipr_table_free(bipr_table *t);

extern const char *const bipr_answers[5];

/* ---- a series as columns ---- */

void bipr_series_columns(bipr_table *t, int with_codes);
void bipr_series_row(bipr_table *t, const bip_series *s, int with_codes);
void bipr_series_from(SEXP frame, R_xlen_t row, bip_series *s, bip_error *err);

/* ---- text that is written ---- */

typedef struct bipr_sink {
    bipr_store *store; /* whose R functions may be called; NULL: none */
    SEXP to;           /* a function of raw vectors, or R_NilValue: all of it is kept */
    char *bytes;
    size_t n, room;
    int nomem;
} bipr_sink;

bipr_sink *bipr_sink_new(SEXP *keep, SEXP to);
int bipr_write(void *sink, const char *bytes, size_t n); /* a bip_write_fn */
int bipr_sink_end(bipr_sink *sink);                      /* what `to` hasn't had yet; 0 to go on */
SEXP bipr_sink_text(bipr_sink *sink);

#endif
