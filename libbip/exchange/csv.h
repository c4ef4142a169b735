/* Comma-separated values as spreadsheets write them: rows of cells, whatever the separator and the encoding. RFC 4180;
 * a quote opens only as the first byte of a cell and stands for itself elsewhere; a carriage return outside quotes
 * belongs to a line end. */
#ifndef BIP_EXCHANGE_CSV_H
#define BIP_EXCHANGE_CSV_H

#include "exchange/source.h"

typedef struct bip__cell {
    const char *s; /* UTF-8, not NUL-terminated */
    size_t n;
    bool quoted;       /* in the file: its blanks are meant */
    const char *fault; /* why the text can't be taken, in words that follow "the cell"; NULL: nothing is wrong */
} bip__cell;

typedef enum bip__encoding { BIP__ENCODING_OPEN, BIP__ENCODING_UTF8, BIP__ENCODING_CP1252 } bip__encoding;

/* Rows that need no second look: printable ASCII without quotes, whole in hand, as many cells as the header. The row
 * before is such a one too, and stays in hand until one is not. */
#define BIP__QUICK_CELLS 24
typedef struct bip__quick {
    size_t width;       /* cells of the header; 0: no row is quick */
    size_t lead;        /* so many cells at the beginning are compared with those of the row before */
    bool echoes;        /* behind them stand two cells that bip__csv_take_echo() knows */
    bool same;          /* the cells compared are equal, byte for byte */
    const char *before; /* the row before; NULL: it wasn't quick */
    size_t lead_n;      /* bytes of its cells that are compared, with the separator behind each */
    const char *rest;   /* of the row before: what stands behind those two cells, to the end of the line; */
    size_t rest_n;      /* 0: they are not like that */
    const char *row;    /* lent like cells */
    uint32_t ends[BIP__QUICK_CELLS]; /* where cell i ends in the row, and its separator stands */
    size_t next;                     /* where the row behind it begins, from this one */
} bip__quick;

typedef struct bip__csv {
    bip__source *source;
    bip__encoding encoding; /* decided by the first byte above 127 */
    char separator;         /* 0 until the header is read */
    int64_t line;           /* physical line on which the row in hand begins, from 1 */
    int64_t next_line;
    bip__cell *cells; /* the row in hand, lent until the next */
    size_t n, cells_cap;
    bool plain; /* the row in hand holds neither quotes, control characters nor bytes above 127: no cell has a fault */
    char *converted; /* room for the row in UTF-8 where the file is Windows-1252 */
    size_t converted_cap;
    bip__quick quick;
} bip__csv;

void bip__csv_init(bip__csv *c, bip__source *source);
void bip__csv_free(bip__csv *c);

/* The next row that isn't empty; the first is the header. BIP_DONE at the end. BIP_E_REFUSED with the line where the
 * file can't be read on: a quote not closed, a row over 1 MiB. */
bip_status bip__csv_next(bip__csv *c, bip_error *err);

/* Look at the next row without taking it: false where it must be read by bip__csv_next(). What it says stands in
 * `quick` and is lent until the next call. */
bool bip__csv_peek(bip__csv *c);
/* That row is done with. */
void bip__csv_take(bip__csv *c);
/* Take the next row where it is the one before but for two cells: behind the lead stands `text`, a cell that was read
 * from a quick row and the separator behind it, and then one digit. Gives the digit; -1: another row, not taken. */
int bip__csv_take_echo(bip__csv *c, const char *text, size_t n, uint32_t digits /* bit d: d may stand there */);
/* Its cell i, as it stands. */
static inline bip__cell bip__csv_quick_cell(const bip__csv *c, size_t i)
{
    const size_t begin = i > 0 ? c->quick.ends[i - 1] + 1 : 0;
    return (bip__cell){.s = c->quick.row + begin, .n = c->quick.ends[i] - begin};
}

/* Without the blanks (U+0020, tab, U+00A0) at its ends. */
bip__cell bip__cell_trim_blanks(bip__cell cell);

/* The same: most cells begin and end with a visible ASCII character, and every cell is asked. */
static inline bip__cell bip__cell_trim(bip__cell cell)
{
    const bool solid = cell.n > 0 && cell.s[0] > ' ' && cell.s[cell.n - 1] > ' ' && (cell.s[0] & 0x80) == 0 &&
                       (cell.s[cell.n - 1] & 0x80) == 0;
    return solid || cell.n == 0 ? cell : bip__cell_trim_blanks(cell);
}

#endif
