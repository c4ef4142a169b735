#include "read/catalogue.h"

#include <string.h>

static int32_t index_of(const bip__catalogue *c, const char *code, const char *version, size_t version_n)
{
    for (size_t i = 0; i < c->n; i++) {
        const bip__instrument *def = c->versions[i].def;
        if (strcmp(def->code, code) == 0 && strlen(def->version) == version_n &&
            memcmp(def->version, version, version_n) == 0)
            return (int32_t)i;
    }
    return -1;
}

static void link_versions(bip__catalogue *c)
{
    for (size_t i = 0; i < c->n; i++) {
        const bip__instrument *def = c->versions[i].def;
        if (def->continues == NULL)
            continue;
        int32_t older = index_of(c, def->code, def->continues, strlen(def->continues));
        if (older < 0 || (size_t)older >= i || c->versions[older].newer >= 0)
            continue; /* bip__instrument_fits() lets none of them happen; a damaged file may */
        c->versions[i].older = older;
        c->versions[older].newer = (int32_t)i;
    }
}

/* Those still lacking: of a respondent who is asked nothing, till somebody records with it all the same. */
static bip_status find_words(bip__storage *storage, const bip__version *v, bip_error *err)
{
    for (size_t r = 0; r < v->def->n_respondents; r++) {
        if (v->words[r] != 0)
            continue;
        bip_status st =
            storage->api->word_find(storage, BIP__WORD_RESPONDENT, v->def->respondents[r].code, &v->words[r], err);
        if (st == BIP_E_NOT_FOUND)
            v->words[r] = 0;
        else if (st != BIP_OK)
            return st;
    }
    return BIP_OK;
}

static bip_status make_words(bip__storage *storage, bip__catalogue *c, bip__version *v, bip_error *err)
{
    v->words = bip__arena_alloc(&c->arena, v->def->n_respondents * sizeof *v->words);
    return v->words == NULL ? bip__nomem(err) : find_words(storage, v, err);
}

static bip_status read_versions(bip__storage *storage, bip__catalogue *c, bip_error *err)
{
    bip__rows *rows = NULL;
    bip__instrument_row row;
    size_t cap = 0;
    bip_status st = storage->api->instruments(storage, &rows, err);
    while (st == BIP_OK && (st = storage->api->next_instrument(rows, &row, err)) == BIP_OK) {
        if (!bip__grow(&c->versions, &cap, c->n + 1, sizeof *c->versions)) {
            st = bip__nomem(err);
            break;
        }
        bip__version *v = &c->versions[c->n];
        *v = (bip__version){.n = row.n, .builtin = row.entry == 0, .older = -1, .newer = -1};
        st = bip__instrument_parse(row.json, row.json_n, &v->def, err);
        if (st == BIP_E_REFUSED) /* it was checked before it was stored */
            st = bip__fail(err, BIP_E_CORRUPT, row.code, "the stored instrument %s@%s does not hold", row.code,
                           row.version);
        if (st == BIP_OK)
            c->n++;
    }
    storage->api->close_rows(rows);
    return st == BIP_DONE ? BIP_OK : st;
}

bip_status bip__catalogue_read(bip__storage *storage, bip__catalogue **out, bip_error *err)
{
    bip__catalogue *c = bip__alloc_zero(1, sizeof *c);
    *out = NULL;
    if (c == NULL)
        return bip__nomem(err);
    bip_status st = read_versions(storage, c, err);
    for (size_t i = 0; st == BIP_OK && i < c->n; i++)
        st = make_words(storage, c, &c->versions[i], err);
    if (st != BIP_OK) {
        bip__catalogue_free(c);
        return st;
    }
    link_versions(c);
    *out = c;
    return BIP_OK;
}

bip_status bip__catalogue_holds(bip__storage *storage, bip__catalogue *c, bool *holds, bip_error *err)
{
    bip__rows *rows = NULL;
    bip__instrument_row row;
    size_t n = 0;
    *holds = true;
    bip_status st = storage->api->instruments(storage, &rows, err);
    while (st == BIP_OK && *holds && (st = storage->api->next_instrument(rows, &row, err)) == BIP_OK) {
        const bip__version *v = n < c->n ? &c->versions[n] : NULL;
        *holds = v != NULL && v->n == row.n && v->builtin == (row.entry == 0) && v->def->json_n == row.json_n &&
                 memcmp(v->def->json, row.json, row.json_n) == 0;
        n++;
    }
    storage->api->close_rows(rows);
    if (st != BIP_OK && st != BIP_DONE)
        return st;
    *holds = *holds && n == c->n;
    st = BIP_OK;
    for (size_t i = 0; st == BIP_OK && *holds && i < c->n; i++)
        st = find_words(storage, &c->versions[i], err);
    return st;
}

void bip__catalogue_free(bip__catalogue *c)
{
    if (c == NULL)
        return;
    for (size_t i = 0; i < c->n; i++)
        bip__instrument_free(c->versions[i].def);
    bip__free(c->versions);
    bip__arena_free(&c->arena);
    bip__free(c);
}

const bip__version *bip__catalogue_latest(const bip__catalogue *c, const char *code)
{
    for (size_t i = c->n; i-- > 0;)
        if (strcmp(c->versions[i].def->code, code) == 0)
            return &c->versions[i];
    return NULL;
}

const bip__version *bip__catalogue_exact(const bip__catalogue *c, const char *code, const char *version)
{
    int32_t i = index_of(c, code, version, strlen(version));
    return i < 0 ? NULL : &c->versions[i];
}

const bip__version *bip__catalogue_find(const bip__catalogue *c, const char *text, bool *named)
{
    const char *at = strchr(text, '@');
    *named = at != NULL;
    if (at == NULL)
        return bip__catalogue_latest(c, text);
    for (size_t i = 0; i < c->n; i++) {
        const bip__instrument *def = c->versions[i].def;
        if (strlen(def->code) == (size_t)(at - text) && memcmp(def->code, text, (size_t)(at - text)) == 0 &&
            strcmp(def->version, at + 1) == 0)
            return &c->versions[i];
    }
    return NULL;
}

const bip__version *bip__catalogue_number(const bip__catalogue *c, int32_t n)
{
    /* numbers rise with the index and are dense, so the guess nearly always hits */
    if (n >= 1 && (size_t)n <= c->n && c->versions[n - 1].n == n)
        return &c->versions[n - 1];
    for (size_t i = 0; i < c->n; i++)
        if (c->versions[i].n == n)
            return &c->versions[i];
    return NULL;
}

size_t bip__catalogue_count(const bip__catalogue *c, const char *code)
{
    size_t count = 0;
    for (size_t i = 0; i < c->n; i++)
        count += strcmp(c->versions[i].def->code, code) == 0;
    return count;
}

int32_t bip__version_respondent(const bip__version *v, int32_t word)
{
    for (size_t r = 0; r < v->def->n_respondents; r++)
        if (v->words[r] == word && word != 0)
            return (int32_t)r;
    return -1;
}

void bip__catalogue_learn(bip__catalogue *c, const char *respondent, int32_t word)
{
    for (size_t i = 0; i < c->n; i++) {
        int32_t r = bip__instrument_respondent(c->versions[i].def, respondent);
        if (r >= 0)
            c->versions[i].words[r] = word;
    }
}
