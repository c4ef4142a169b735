/* What the files of the package share. Each function that R calls goes the same way: take its arguments apart, enter
 * the store, let libbip work, leave the store, make what R gets. R may jump (errors, interrupts) out of any function of
 * its own, so between entering and leaving none is called except through bipr_guarded(), and what was allocated belongs
 * to R: R_alloc(), or an external pointer with a finalizer. */
#ifndef BIP_R_H
#define BIP_R_H

#define R_NO_REMAP
#define STRICT_R_HEADERS
#include <R.h>
#include <R_ext/Rdynload.h>
#include <Rinternals.h>

#include <bip.h>

#include <setjmp.h>
#include <stdio.h>

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
    BIPR_DATE, /* an int, of class Date */
    BIPR_TIME, /* a double, of class POSIXct */
    BIPR_TEXT,
    BIPR_FACTOR /* levels in the order of appearance, or those given */
} bipr_type;

/* Each text once: the texts stand behind one another in pool, `slots`, if there are any, finds them by their hash. */
typedef struct bipr_word {
    size_t at;     /* in pool */
    int32_t after; /* which other word came after this one: columns repeat themselves, and their order */
} bipr_word;

typedef struct bipr_words {
    char *pool;
    size_t used, room;
    bipr_word *each;
    int32_t n, most, last;
    int32_t *slots; /* number of the word plus 1; 0: free */
    uint32_t n_slots;
} bipr_words;

typedef struct bipr_column {
    const char *name;
    bipr_type type;
    const char *const *levels;
    int n_levels;
    int narrow; /* numbers stand in bytes, as long as each of them fits */
    bipr_words words;
    union {
        unsigned char *bytes;
        int *i;
        double *d;
        void *any;
    } values;
    size_t size; /* of the values, in bytes */
} bipr_column;

typedef struct bipr_table {
    bipr_column *columns;
    int n_columns, nomem;
    size_t n, room;
} bipr_table;

/* Lives until *keep is collected; protect it. */
bipr_table *bipr_table_new(SEXP *keep);
void bipr_add_column(bipr_table *t, const char *name, bipr_type type, const char *const *levels, int n_levels);
int bipr_more_rows(bipr_table *t);
int bipr_widen(bipr_table *t, int column, size_t rows);  /* no bytes any more; 0: memory ran out */
int32_t bipr_number_of(bipr_words *w, const char *text); /* of a word, from 0; -1: memory ran out */
SEXP bipr_frame(bipr_table *t);                          /* a data frame */
void bipr_table_free(bipr_table *t);

/* ---- vectors of R ---- */

enum { BIPR_LARGE = 2 << 20 }; /* in bytes: one huge page */

/* Small numbers in bytes, 0 for NA: of ints those from 0 to 254, one more; of doubles whole ones from -127 to 127, from
 * BIPR_ZERO on. */
enum { BIPR_ZERO = 128 };
static inline unsigned char bipr_packed(int value)
{
    return value == NA_INTEGER ? 0 : (unsigned char)(value + 1);
}
static inline int bipr_unpacked(unsigned char byte)
{
    return byte == 0 ? NA_INTEGER : byte - 1;
}
static inline double bipr_unpacked_double(unsigned char byte)
{
    return byte == 0 ? NA_REAL : byte - BIPR_ZERO;
}
void bipr_unpack(int *restrict out, const unsigned char *restrict bytes, size_t n);
void bipr_unpack_doubles(double *restrict out, const unsigned char *restrict bytes, size_t n);

/* Memory that is written once from end to end; it has to be told its size, in bytes. NULL: none, and what was there
 * stays. */
void *bipr_grow(void *memory, size_t had, size_t size);
void bipr_free(void *memory, size_t size);
/* The first n values of it as a vector; a large one takes the memory, and *values is NULL. It may stand in bytes. */
SEXP bipr_vector(SEXPTYPE type, size_t n, void **values, size_t size, int narrow);
void bipr_collect_large(size_t rows); /* before a table of so many becomes vectors */
void bipr_vectors_init(DllInfo *dll);

/* A row: begin, every column once, end. 0: memory ran out, now or before. */
static inline int bipr_begin_row(bipr_table *t)
{
    return !t->nomem && (t->n < t->room || bipr_more_rows(t));
}

static inline int bipr_end_row(bipr_table *t)
{
    t->n += !t->nomem;
    return !t->nomem;
}

/* Logical, dates and factors with levels, from 0, too. */
static inline void bipr_add_int(bipr_table *t, int column, int32_t value)
{
    bipr_column *c = &t->columns[column];
    c->values.i[t->n] = value + (c->type == BIPR_FACTOR);
}

static inline void bipr_add_double(bipr_table *t, int column, double value)
{
    t->columns[column].values.d[t->n] = value == value ? value : NA_REAL;
}

/* What stands in a column for a text. */
static inline int bipr_number_in(bipr_table *t, int column, const char *text)
{
    int32_t word = text != NULL ? bipr_number_of(&t->columns[column].words, text) : -1;
    t->nomem |= text != NULL && word < 0;
    return text != NULL ? word + 1 : NA_INTEGER;
}

static inline void bipr_add_text(bipr_table *t, int column, const char *text)
{
    t->columns[column].values.i[t->n] = bipr_number_in(t, column, text);
}

extern const char *const bipr_answers[5];

/* ---- blocks ---- */

/* So many rows; a table's room is a multiple. */
enum { BIPR_BLOCK = 64 };

/* The numbers of a block in bytes; 0: not all of them are small. */
int bipr_pack_ints(unsigned char *restrict out, const int *restrict values);
int bipr_pack_doubles(unsigned char *restrict out, const double *restrict values);
void bipr_mark_missing(double *restrict out, const double *restrict values); /* NA for NaN */
/* n bytes, the values of a block, into a column of `size` bytes. */
void bipr_block_copy(void *out, size_t size, const void *values, size_t n);

/* After the last block, for other threads. */
void bipr_block_end(void);

/* ---- a series as columns ---- */

/* What a text was in its column. libbip lends the texts of a series, but the participant's, until the cursor is closed
 * or fails: as long, the same pointer is the same text. */
typedef struct bipr_known {
    const void *lent;
    int value;
} bipr_known;

typedef struct bipr_block bipr_block;

/* Which of them: those of a series from a store, or only what plain arrays give too; all, or the names wanted. */
typedef struct bipr_plan {
    const struct bipr_field *fields[64];
    int n;
    int participant;       /* which of them is it; -1: none */
    bipr_known *known[64]; /* of each text so many that a few bits of the pointer tell one */
    int from;              /* the table's first column of them */
    bipr_block *block;     /* the rows that are kept back */
    size_t n_kept;
} bipr_plan;

bipr_plan bipr_series_plan(int of_store, SEXP columns, bip_error *err);
void bipr_series_columns(bipr_table *t, bipr_plan *plan);
int bipr_series_row(bipr_table *t, bipr_plan *plan, const bip_series *s); /* 0: memory ran out */
int bipr_series_end(bipr_table *t, bipr_plan *plan); /* writes what is kept back; 0: memory ran out */
void bipr_series_from(SEXP frame, R_xlen_t row, bip_series *s, bip_error *err);

/* ---- text that is written ---- */

typedef struct bipr_sink {
    bipr_store *store; /* whose R functions may be called; NULL: none */
    SEXP to;           /* a function of raw vectors, or R_NilValue: all of it is kept */
    char *bytes;
    size_t n, room;
    int nomem;
    FILE *file; /* instead of `to` */
    int failed; /* an errno: the file's */
} bipr_sink;

bipr_sink *bipr_sink_new(SEXP *keep, SEXP to);
int bipr_write(void *sink, const char *bytes, size_t n); /* a bip_write_fn */
int bipr_sink_end(bipr_sink *sink);                      /* what `to` hasn't had yet; 0 to go on */
SEXP bipr_sink_text(bipr_sink *sink);

#endif
