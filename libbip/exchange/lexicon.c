#include "exchange/lexicon.h"

#include "base/text.h"

#include <string.h>

bip_status bip__lexicon_add(bip__lexicon *l, const char *text, bip__name_rank rank, int32_t meaning, bip_error *err)
{
    bip__name name = {.rank = rank, .meaning = meaning};
    name.folded = bip__text_fold(&l->arena, text, strlen(text), &name.n);
    if (name.folded == NULL || !bip__grow(&l->names, &l->cap, l->n + 1, sizeof *l->names))
        return bip__nomem(err);
    l->names[l->n++] = name;
    return BIP_OK;
}

bip_status bip__lexicon_add_title(bip__lexicon *l, const bip__title *title, int32_t meaning, bip_error *err)
{
    bip_status st = BIP_OK;
    for (size_t i = 0; st == BIP_OK && i < title->n; i++)
        st = bip__lexicon_add(l, title->in[i].text, BIP__RANK_TITLE, meaning, err);
    return st;
}

static int32_t look_up(const bip__lexicon *l, const char *folded, size_t n)
{
    int32_t meaning = BIP__UNKNOWN;
    bip__name_rank rank = BIP__RANK_TITLE;
    for (size_t i = 0; i < l->n; i++) {
        const bip__name *name = &l->names[i];
        if (name->n != n || name->rank > rank || memcmp(name->folded, folded, n) != 0)
            continue;
        if (meaning == BIP__UNKNOWN || name->rank < rank)
            meaning = name->meaning;
        else if (meaning != name->meaning)
            meaning = BIP__AMBIGUOUS;
        rank = name->rank;
    }
    return meaning;
}

/* Only what was found: what a file may hold besides is without bound. */
static bip_status remember(bip__lexicon *l, const char *s, size_t n, int32_t meaning, bip_error *err)
{
    if (!bip__grow(&l->seen_meaning, &l->seen_cap, l->seen.n + 1, sizeof *l->seen_meaning))
        return bip__nomem(err);
    const uint32_t number = bip__intern_add(&l->seen, s, n);
    if (number == 0)
        return bip__nomem(err);
    l->seen_meaning[number - 1] = meaning;
    return BIP_OK;
}

bip_status bip__lexicon_find(bip__lexicon *l, const char *s, size_t n, int32_t *meaning, bip_error *err)
{
    const uint32_t seen = bip__intern_find(&l->seen, s, n);
    bip__arena arena = {0};
    size_t folded_n;
    if (seen != 0) {
        *meaning = l->seen_meaning[seen - 1];
        return BIP_OK;
    }
    const char *folded = bip__text_fold(&arena, s, n, &folded_n);
    *meaning = folded != NULL ? look_up(l, folded, folded_n) : BIP__UNKNOWN;
    bip__arena_free(&arena);
    if (folded == NULL)
        return bip__nomem(err);
    return *meaning == BIP__UNKNOWN ? BIP_OK : remember(l, s, n, *meaning, err);
}

void bip__lexicon_free(bip__lexicon *l)
{
    bip__arena_free(&l->arena);
    bip__free(l->names);
    bip__intern_free(&l->seen);
    bip__free(l->seen_meaning);
    *l = (bip__lexicon){0};
}
