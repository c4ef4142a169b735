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
    int32_t version, respondent, item;
    const bip__indicator *indicator;
    struct bip__named_item *next; /* the one that came after it the last time */
    uint32_t digits;              /* bit d: d is on its scale */
    size_t n;
    char text[72];
} bip__named_item;

/* Zero-initialise. */
typedef struct bip__memo {
    bip__row_key key; /* of the row before */
    uint32_t person;  /* of the row before those that are being read */
    bool known;       /* there is one, and it is good */
    bool told;        /* its cells are known too, one behind the other; what a key tells may be more than fits */
    size_t n[BIP__KEY_CELLS];
    char text[320];
    bool scattered; /* not all columns of the key stand before those of the score */
    size_t n_places;
    bip__place places[BIP__PLACES];
    bip__named_item names[BIP__NAMES];
    bip__named_item *last; /* the one of the quick row before */
} bip__memo;

/* What one row says, where the memo knows all of it. */
typedef struct bip__quick_row {
    bip__row_key key;
    uint32_t group;
    int32_t item;
    bip_score score;
    int64_t line;
    size_t at; /* where it stands in the source */
    bool same; /* the key is that of the row before, */
    bool form; /* else the participant's code, by which the person is found, has to be of a form */
    bool many; /* and unknown to the store */
    const char *code;
    size_t code_n;
    uint64_t hash;
} bip__quick_row;

/* Make the file's rows quick where that is possible. */
void bip__memo_open(bip__memo *m, const bip__columns *columns, bip__csv *csv);

/* Take rows from the file for as long as the memo knows what they say, at most `most`: their number. The row behind
 * them has to go the long way, or there is none in hand. Changes nothing but the memo. */
size_t bip__memo_rows(bip__memo *m, bip__intake *in, const bip__columns *columns, bip__csv *csv, bip__quick_row *rows,
                      size_t most);

/* For the long way: whether the row in hand has the key of the row before; the key of the row in hand, which is good;
 * what its indicator's cell means. */
bool bip__memo_same_key(const bip__memo *m, const bip__columns *columns, const bip__csv *csv);
void bip__memo_learn_key(bip__memo *m, const bip__intake *in, const bip__columns *columns, const bip__csv *csv,
                         const bip__row_key *key);
void bip__memo_learn_item(bip__memo *m, const bip__intake *in, const bip__columns *columns, const bip__csv *csv,
                          const bip__row_key *key, int32_t indicator, int32_t item);

#endif
