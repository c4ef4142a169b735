/* Who is in the store: walking the participants a query names, and what is known of one. */
#ifndef BIP_READ_PEOPLE_H
#define BIP_READ_PEOPLE_H

#include "read/context.h"

/* The participants of a query, in its order; all, by code, where it names none. */
typedef struct bip__walk {
    bip__context *context;
    const bip_query *query;
    size_t at;
    bip__rows *rows; /* where the query names nobody; else: */
    int32_t *named;  /* their numbers, in the order of the query */
} bip__walk;
/* BIP_E_NOT_FOUND where one of the participants named is not there; then there is nothing to close. query must outlive
 * the walk. */
bip_status bip__walk_open(bip__walk *w, bip__context *c, const bip_query *query, bip_error *err);
/* BIP_DONE at the end. The code is lent until the next call. */
bip_status bip__walk_next(bip__walk *w, int32_t *person, const char **code, bip_error *err);
void bip__walk_close(bip__walk *w);

typedef struct bip__attribute {
    const char *key, *value;
} bip__attribute;
typedef struct bip__participant {
    const char *code;
    bip_date enrolled;                /* BIP_NO_DATE where unknown */
    const bip__attribute *attributes; /* by key, bytewise; current values only */
    size_t n_attributes;
} bip__participant;
bip_status bip__participant_read(bip__context *c, int32_t person, const char *code, bip__arena *arena,
                                 bip__participant *out, bip_error *err);

#endif
