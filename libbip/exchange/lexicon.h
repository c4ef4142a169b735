/* What the texts of a file may mean: a code, else a title in any language, ignoring case. */
#ifndef BIP_EXCHANGE_LEXICON_H
#define BIP_EXCHANGE_LEXICON_H

#include "base/error.h"
#include "base/intern.h"
#include "model/instrument.h"

#define BIP__UNKNOWN (-1)
#define BIP__AMBIGUOUS (-2)

/* Which meaning wins where a text has several. */
typedef enum bip__name_rank { BIP__RANK_CODE, BIP__RANK_TITLE } bip__name_rank;

typedef struct bip__name {
    const char *folded;
    size_t n;
    bip__name_rank rank;
    int32_t meaning;
} bip__name;

/* Zero-initialise. */
typedef struct bip__lexicon {
    bip__arena arena;
    bip__name *names;
    size_t n, cap;
    bip__intern seen; /* texts found before, as they stood in the file: folding costs */
    int32_t *seen_meaning;
    size_t seen_cap;
} bip__lexicon;

bip_status bip__lexicon_add(bip__lexicon *l, const char *text, bip__name_rank rank, int32_t meaning, bip_error *err);
/* A title in all its languages. */
bip_status bip__lexicon_add_title(bip__lexicon *l, const bip__title *title, int32_t meaning, bip_error *err);
/* A meaning of at least 0, BIP__UNKNOWN or BIP__AMBIGUOUS. */
bip_status bip__lexicon_find(bip__lexicon *l, const char *s, size_t n, int32_t *meaning, bip_error *err);
void bip__lexicon_free(bip__lexicon *l);

#endif
