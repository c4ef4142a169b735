/* The bytes of an import: read in pieces from the caller, any run of them in hand at a time. */
#ifndef BIP_EXCHANGE_SOURCE_H
#define BIP_EXCHANGE_SOURCE_H

#include "base/error.h"

#include <stdbool.h>

#define BIP__MAX_LINE (1024u * 1024u) /* bytes of one line; what is longer is no data of ours */

typedef struct bip__source {
    bip_read_fn read; /* NULL: what is in hand is all there is */
    void *ctx;
    char *data;
    size_t at, end, cap; /* in hand: data[at..end); cap 0: lent */
    bool over;           /* nothing follows what is in hand */
} bip__source;

void bip__source_init(bip__source *s, bip_read_fn read, void *ctx);
void bip__source_lend(bip__source *s, char *data, size_t n); /* a text in memory */
void bip__source_free(bip__source *s);

/* More bytes in hand, or `over`. data[at..end) stays but may move. BIP_E_IO, BIP_E_NOMEM. */
bip_status bip__source_more(bip__source *s, bip_error *err);

/* At least n bytes in hand, or `over`. */
bip_status bip__source_want(bip__source *s, size_t n, bip_error *err);

/* The next line without its end (LF or CRLF), lent until the next call; BIP_DONE at the end; BIP_E_REFUSED where it is
 * longer than BIP__MAX_LINE. */
bip_status bip__source_line(bip__source *s, char **line, size_t *n, bip_error *err);

#endif
