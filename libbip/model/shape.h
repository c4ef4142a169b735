/* The form of an instrument's JSON: which keys an object has, in which order, and what each may hold. Checking and
 * canonical printing both follow these tables, so a key has one home. */
#ifndef BIP_MODEL_SHAPE_H
#define BIP_MODEL_SHAPE_H

#include "model/json.h"

#include <stdbool.h>

typedef enum bip__form {
    BIP__FREE, /* anything: the value of a key that begins with x_ */
    BIP__CODE,
    BIP__VERSION,
    BIP__VERSION_OR_NULL,
    BIP__TEXT,
    BIP__LINE,      /* not blank, no control characters */
    BIP__TITLE,     /* an object of lines by language */
    BIP__WORDING,   /* an object of texts by language: may have several lines */
    BIP__LABELS,    /* an object of titles by score */
    BIP__QUESTIONS, /* an object of wordings by respondent */
    BIP__WEIGHTS,   /* an object of numbers above 0 by indicator */
    BIP__FLAG,
    BIP__NUMBER,
    BIP__POSITIVE,     /* above 0 */
    BIP__NOT_NEGATIVE, /* 0 or above */
    BIP__SHARE,        /* 0 to 1 */
    BIP__RELIABILITY,  /* 0 to below 1 */
    BIP__DAYS,         /* whole, 0 or above */
    BIP__INTERVAL,     /* whole, 1 or above */
    BIP__BETTER,
    BIP__METHOD,
    BIP__CODES,   /* a list of codes, at least one */
    BIP__NUMBERS, /* a list of numbers */
    BIP__OBJECT,
    BIP__OBJECTS /* a list of objects */
} bip__form;

typedef struct bip__key {
    const char *name;
    bip__form form;
    bool required;
    const struct bip__shape *shape; /* of BIP__OBJECT and BIP__OBJECTS */
} bip__key;

typedef struct bip__shape {
    const bip__key *keys; /* in the order of the format page, which is the canonical one */
    size_t n;
    size_t at_least; /* how many objects a list of this shape must have */
} bip__shape;

extern const bip__key bip__instrument_key; /* the document as a whole */

/* The member's place in the shape, or -1. */
int32_t bip__shape_find(const bip__shape *shape, const char *name);

/* What the members or elements of a value of this form are; *shape is set for objects. */
bip__form bip__form_inside(bip__form form, const bip__shape *shape, const char *name, const bip__shape **inner);

/* Keys, types, required members and the limits that one value can break by itself. */
bip_status bip__shape_check(const cJSON *document, bip_error *err);

/* The document that has passed all checks, in canonical form. */
void bip__canonical_print(bip__out *out, const cJSON *document);

#endif
