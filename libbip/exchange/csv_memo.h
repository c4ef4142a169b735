/* What the rows of csv-long before have told: most rows say it once more, and then nothing has to be looked up or
 * checked again. Everything in here has passed the checks of the long way; what isn't found goes that way, which also
 * says what is wrong. */
#ifndef BIP_EXCHANGE_CSV_MEMO_H
#define BIP_EXCHANGE_CSV_MEMO_H

#include "exchange/csv_columns.h"

#define BIP__KEY_CELLS 5

/* What instrument and respondent, as they stand in two cells, mean. */
#define BIP__PLACES 8
typedef struct bip__place {
    bool known, named;
    bool asks_form; /* the instrument narrows participants' codes */
    bool many;      /* what the store holds decides which version is meant */
    int32_t version, respondent;
    size_t n[2];
    char text[2][72];
} bip__place;

/* What an indicator's name means there. */
#define BIP__NAMES 256
typedef struct bip__named_item {
    bool known;
    bool plain; /* it was read from a quick row */
    int32_t version, respondent, item;
    const bip__indicator *indicator;
    struct bip__named_item *next; /* the one that came after it the last time */
    uint32_t digits;              /* bit d: d is on its scale */
    size_t n;
    char text[72]; /* the separator stands behind it */
} bip__named_item;

/* Zero-initialise. */
typedef struct bip__memo {
    bip__row_key key; /* of the row before */
    uint32_t person;  /* of the row before the batch that is being read */
    bool known;       /* there is one, and it is good */
    bool told;        /* its cells are known too, one behind the other; what a key tells may be more than fits */
    size_t n[BIP__KEY_CELLS];
    char text[320];
    uint32_t most;  /* runs of the next batch */
    bool scattered; /* not all columns of the key stand before those of the score */
    size_t n_places;
    bip__place places[BIP__PLACES];
    bip__named_item names[BIP__NAMES];
    bip__named_item *last; /* the one of the quick row before */
} bip__memo;

/* Rows that follow one another and have one key, where the memo knows all that they say. */
typedef struct bip__quick_run {
    bip__row_key key;
    uint32_t group;
    uint32_t found_by; /* bip__stage_hash(): whoever stages the run keeps it here */
    uint32_t first, n; /* of the batch's scores: one of each row */
    int64_t line;      /* of the first row */
    size_t at;         /* where it stands in the source */
    bool same;         /* the key is that of the row before, */
    bool form;         /* else the participant's code, by which the person is found, has to be of a form */
    bool many;         /* and unknown to the store */
    const char *code;
    size_t code_n;
    uint64_t hash;
} bip__quick_run;

/* So many at a time that rows in no order don't wait for memory one after the other. */
#define BIP__QUICK_RUNS 64
#define BIP__QUICK_SCORES 512
typedef struct bip__quick_batch {
    uint32_t n, n_scores;
    bip__quick_run runs[BIP__QUICK_RUNS];
    bip__item_score scores[BIP__QUICK_SCORES];
} bip__quick_batch;

/* Make the file's rows quick where that is possible. */
void bip__memo_open(bip__memo *m, const bip__columns *columns, bip__csv *csv);

/* Take rows from the file for as long as the memo knows what they say and the batch has room. true: there was no more
 * room; else the row behind them has to go the long way, or there is none in hand. Changes nothing but the memo. */
bool bip__memo_rows(bip__memo *m, bip__intake *in, const bip__columns *columns, bip__csv *csv, bip__quick_batch *batch);

/* For the long way: whether the row in hand has the key of the row before; the key of the row in hand, which is good;
 * what its indicator's cell means. */
bool bip__memo_same_key(const bip__memo *m, const bip__columns *columns, const bip__csv *csv);
void bip__memo_learn_key(bip__memo *m, const bip__intake *in, const bip__columns *columns, const bip__csv *csv,
                         const bip__row_key *key);
void bip__memo_learn_item(bip__memo *m, const bip__intake *in, const bip__columns *columns, const bip__csv *csv,
                          const bip__row_key *key, int32_t indicator, int32_t item);

#endif
