/* JSON read token by token, of any length in little memory; RFC 8259 to the letter. Rows of data come this way, and the
 * whole store; small documents (instruments, options) through model/json.h. */
#ifndef BIP_EXCHANGE_JSON_READER_H
#define BIP_EXCHANGE_JSON_READER_H

#include "base/out.h"
#include "exchange/source.h"

#define BIP__JSON_DEPTH 64
#define BIP__JSON_TEXT (1024u * 1024u) /* bytes of one string */

typedef enum bip__json_token {
    BIP__JSON_NONE, /* the end of the document */
    BIP__JSON_OBJECT,
    BIP__JSON_OBJECT_END,
    BIP__JSON_ARRAY,
    BIP__JSON_ARRAY_END,
    BIP__JSON_KEY,
    BIP__JSON_STRING,
    BIP__JSON_NUMBER,
    BIP__JSON_TRUE,
    BIP__JSON_FALSE,
    BIP__JSON_NULL
} bip__json_token;

/* Where the reader stands in one object or list. */
typedef struct bip__json_level {
    bool object, first;
    size_t index; /* of the element in hand */
    char key[48]; /* of the member in hand, for messages: cut to fit */
} bip__json_level;

typedef struct bip__json_reader {
    bip__source *source;
    int64_t line; /* physical line of the token in hand */
    bip__json_token token;
    bip__out text; /* of a key or string: UTF-8 without U+0000, followed by a NUL */
    double number;
    bip__json_level levels[BIP__JSON_DEPTH];
    size_t depth;
    bool value_due; /* a key was read */
    bool done;      /* the document's value is whole */
} bip__json_reader;

void bip__json_reader_init(bip__json_reader *r, bip__source *source, int64_t line);
void bip__json_reader_free(bip__json_reader *r);
/* Begin another document, keep the memory. */
void bip__json_reader_again(bip__json_reader *r, bip__source *source, int64_t line);

/* BIP_E_REFUSED with "line 3, entries[4].hash" as `where`. %s, %d, %lld, %zu only. */
bip_status bip__json_refuse(const bip__json_reader *r, bip_error *err, const char *fmt, ...) BIP_PRINTF(3, 4);

/* The next token; at the end of the document BIP__JSON_NONE, once nothing but blanks follows. */
bip_status bip__json_next(bip__json_reader *r, bip_error *err);
/* The next token must be this one. */
bip_status bip__json_expect(bip__json_reader *r, bip__json_token token, bip_error *err);
/* The next value must be a text, or null (*s is NULL) where that is allowed; lent until the next token. */
bip_status bip__json_read_text(bip__json_reader *r, bool null_too, const char **s, size_t *n, bip_error *err);
/* The next value must be a whole number from 0 to INT32_MAX. */
bip_status bip__json_read_index(bip__json_reader *r, int32_t *out, bip_error *err);
/* The value whose first token is in hand must be a score: a number, null or the word for a reason. */
bip_status bip__json_score(const bip__json_reader *r, bip_score *out, bip_error *err);

/* The next key of the object in hand, which must be one of names and not have been seen. BIP_DONE at its end. */
bip_status bip__json_field(bip__json_reader *r, const char *const *names, size_t n_names, uint32_t *seen, size_t *field,
                           bip_error *err);
/* Pass over the value whose first token is in hand. */
bip_status bip__json_skip(bip__json_reader *r, bip_error *err);
/* Write the next value, or the one whose first token is in hand, as compact JSON, keys as they stand. */
bip_status bip__json_copy(bip__json_reader *r, bip__out *out, bip_error *err);
bip_status bip__json_copy_rest(bip__json_reader *r, bip__out *out, bip_error *err);

#endif
