/* Every version of every instrument in the store, parsed, and which continues which. */
#ifndef BIP_READ_CATALOGUE_H
#define BIP_READ_CATALOGUE_H

#include "model/instrument.h"
#include "store/store.h"

typedef struct bip__version {
    int32_t n; /* its number in storage; rising in the order of adding */
    bool builtin;
    bip__instrument *def;
    int32_t older, newer; /* index of the version it continues, and of the one that continues it; -1 for none */
    int32_t *words;       /* by respondent: its word in storage; 0 where nobody has recorded with it yet */
} bip__version;

typedef struct bip__catalogue {
    bip__version *versions; /* in the order of adding */
    size_t n;
    bip__arena arena;
} bip__catalogue;

bip_status bip__catalogue_read(bip__storage *storage, bip__catalogue **out, bip_error *err);
void bip__catalogue_free(bip__catalogue *c);

/* Whether the store still holds these instruments and no other; looks up the words that were lacking. */
bip_status bip__catalogue_holds(bip__storage *storage, bip__catalogue *c, bool *holds, bip_error *err);

/* "code" (the version added last) or "code@version"; NULL where there is none. *named: a version was named. */
const bip__version *bip__catalogue_find(const bip__catalogue *c, const char *text, bool *named);
const bip__version *bip__catalogue_exact(const bip__catalogue *c, const char *code, const char *version);
const bip__version *bip__catalogue_latest(const bip__catalogue *c, const char *code);
const bip__version *bip__catalogue_number(const bip__catalogue *c, int32_t n); /* by number in storage */
size_t bip__catalogue_count(const bip__catalogue *c, const char *code);        /* how many versions */

/* A respondent has got a word in storage. */
void bip__catalogue_learn(bip__catalogue *c, const char *respondent, int32_t word);

/* index of a respondent by its word in storage, or -1 */
int32_t bip__version_respondent(const bip__version *v, int32_t word);

#endif
