/* Scores of one assessment as they are stored: one compact JSON array, [3,4,null,"declined",2]. */
#ifndef BIP_MODEL_SCORE_H
#define BIP_MODEL_SCORE_H

#include "base/out.h"

#include <stdbool.h>

const char *bip__answer_word(int32_t answer);      /* "declined", "dont_know", "not_applicable"; NULL for the others */
int32_t bip__answer_read(const char *s, size_t n); /* the reverse; -1: no reason */

void bip__scores_print(bip__out *o, const bip_score *scores, size_t n);

/* Exactly what bip__scores_print() writes, nothing looser: false otherwise, or where there are not exactly n. The hot
 * path of every reading. */
bool bip__scores_parse(const char *s, size_t len, bip_score *scores, size_t n);

/* The same without a number being made: where each stands in s. For whoever only copies them: what is stored is already
 * as it is printed. */
typedef struct bip__score_span {
    const char *text; /* digits, a word in quotes, or null */
    size_t n;
} bip__score_span;
bool bip__scores_split(const char *s, size_t len, bip__score_span *spans, size_t n);

#endif
