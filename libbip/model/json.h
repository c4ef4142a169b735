/* Strict JSON documents (instruments, options): a parser of our own into the tree of cJSON. Rows of data don't come
 * this way: see exchange/json_reader.h. cJSON.h is known in model/ only. */
#ifndef BIP_MODEL_JSON_H
#define BIP_MODEL_JSON_H

#include "base/error.h"
#include "base/out.h"

#include <cjson/cJSON.h>

/* Parse n bytes: valid UTF-8, RFC 8259 to the letter, nothing after the document but blanks, at most 64 levels, no
 * duplicate key, no U+0000 in a string, every number finite. BIP_E_REFUSED with the path or the line and column. The
 * tree is released with cJSON_Delete(). Of a number only valuedouble is set. */
bip_status bip__json_parse(const char *json, size_t n, cJSON **out, bip_error *err);

const char *bip__json_library(void); /* version of cJSON, static */

/* Where a value stands in its document: a chain of frames on the stack, innermost first; NULL is the document. */
typedef struct bip__json_path {
    const struct bip__json_path *up;
    const char *key; /* NULL: an element of a list */
    size_t index;
} bip__json_path;
#define BIP__AT(up, key) (&(bip__json_path){(up), (key), 0})
#define BIP__AT_INDEX(up, i) (&(bip__json_path){(up), NULL, (i)})

/* BIP_E_REFUSED with the path as `where`: "indicators[3].scale". %s, %d, %lld, %zu only. */
bip_status bip__json_fail(bip_error *err, const bip__json_path *path, const char *fmt, ...) BIP_PRINTF(3, 4);

#endif
