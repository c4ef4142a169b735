/* The header of a CSV file: what each column is. */
#ifndef BIP_EXCHANGE_CSV_COLUMNS_H
#define BIP_EXCHANGE_CSV_COLUMNS_H

#include "exchange/csv.h"
#include "exchange/intake.h"

typedef enum bip__column_kind {
    BIP__COLUMN_PARTICIPANT,
    BIP__COLUMN_DATE,
    BIP__COLUMN_RESPONDENT,
    BIP__COLUMN_INSTRUMENT,
    BIP__COLUMN_RATER,
    BIP__COLUMN_NOTE,
    BIP__COLUMN_ASSESSMENT,
    BIP__COLUMN_INDICATOR, /* these two in csv-long only */
    BIP__COLUMN_SCORE,
    BIP__COLUMN_FIXED, /* how many of them there are */
    BIP__COLUMN_ITEM,  /* the scores of one indicator; csv-wide only */
    BIP__COLUMN_UNNAMED,
    BIP__COLUMN_IGNORED
} bip__column_kind;

typedef struct bip__column {
    const char *name; /* as it stands in the file, blanks at the ends dropped */
    size_t n;
    bip__column_kind kind;
} bip__column;

typedef struct bip__columns {
    bip__column *list; /* in the intake's arena */
    size_t n;
    int32_t at[BIP__COLUMN_FIXED]; /* where a fixed column stands, -1: not there */
    bool is_long, has_unnamed;
    int64_t line; /* of the header */
    /* by index of the version: the indicator of each column, -1 for none; NULL: not looked at yet */
    int32_t **indicators;
    bool *bad; /* by index of the version: the header doesn't fit it, which was reported */
} bip__columns;

/* The row in hand as the header. format: csv-long, csv-wide, or NULL to tell by the header. BIP_E_USAGE where neither a
 * column nor an option names the instrument. */
bip_status bip__columns_read(bip__columns *columns, bip__intake *in, const bip__csv *csv, const char *format,
                             bip_error *err);
/* The indicators of a version by column; BIP_E_REFUSED where the header doesn't fit it. */
bip_status bip__columns_indicators(bip__columns *columns, bip__intake *in, int32_t version, const int32_t **out,
                                   bip_error *err);
/* Whether a name is that of a fixed column of either form. */
bip_status bip__columns_is_fixed(const char *name, bool *yes, bip_error *err);

#endif
