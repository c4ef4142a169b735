#include "record/record.h"

#include <string.h>

static bip_status list_items(const bip__instrument *def, bip__item_row **out, size_t *n, bip_error *err)
{
    *n = 0;
    for (size_t r = 0; r < def->n_respondents; r++)
        *n += def->n_items[r];
    bip__item_row *rows = *out = bip__alloc(*n * sizeof **out);
    if (rows == NULL)
        return bip__nomem(err);
    for (size_t r = 0; r < def->n_respondents; r++)
        for (size_t k = 0; k < def->n_items[r]; k++)
            *rows++ = (bip__item_row){def->respondents[r].code, def->indicators[def->items[r][k]].code, (int32_t)k};
    return BIP_OK;
}

bip_status bip__instrument_store(bip__storage *storage, const bip__instrument *def, int64_t entry, int32_t idx,
                                 const char *reason, bip_error *err)
{
    bip__item_row *items = NULL;
    size_t n_items = 0;
    int32_t n = 0;
    bip__instrument_row row = {.code = def->code,
                               .version = def->version,
                               .json = def->json,
                               .json_n = def->json_n,
                               .entry = entry,
                               .idx = idx,
                               .reason = reason};
    bip_status st = list_items(def, &items, &n_items, err);
    if (st == BIP_OK)
        st = storage->api->instrument_add(storage, &row, items, n_items, &n, err);
    bip__free(items);
    return st;
}

bip_status bip__instruments_seed(bip__storage *storage, bip_error *err)
{
    bip_status st = BIP_OK;
    for (size_t i = 0; st == BIP_OK && i < bip__n_builtins; i++) {
        bip__instrument *def = NULL;
        st = bip__instrument_parse(bip__builtins[i].json, bip__builtins[i].n, &def, err);
        if (st == BIP_OK)
            st = bip__instrument_store(storage, def, 0, 0, NULL, err);
        bip__instrument_free(def);
    }
    return st;
}

bip_status bip__instrument_fits(const bip__catalogue *catalogue, const bip__instrument *def, bool *known,
                                bip_error *err)
{
    const bip__version *held = bip__catalogue_exact(catalogue, def->code, def->version);
    *known = held != NULL;
    if (held != NULL)
        return held->def->json_n == def->json_n && memcmp(held->def->json, def->json, def->json_n) == 0
                   ? BIP_OK
                   : bip__fail(err, BIP_E_REFUSED, "version",
                               "%s@%s is in the store with other content; give the new content a version of its own",
                               def->code, def->version);
    if (def->continues == NULL)
        return BIP_OK;
    const bip__version *older = bip__catalogue_exact(catalogue, def->code, def->continues);
    if (older == NULL)
        return bip__fail(err, BIP_E_REFUSED, "continues", "%s@%s is not in the store", def->code, def->continues);
    if (older->newer >= 0)
        return bip__fail(err, BIP_E_REFUSED, "continues", "%s@%s is continued by version %s already", def->code,
                         def->continues, catalogue->versions[older->newer].def->version);
    return BIP_OK;
}

static bip_status insert_parsed(bip__change *change, const bip__instrument *def, bip_error *err)
{
    const bip__catalogue *catalogue;
    bool known = false;
    int32_t idx = 0;
    bip_status st = bip__context_catalogue(change->context, &catalogue, err);
    if (st == BIP_OK)
        st = bip__instrument_fits(catalogue, def, &known, err);
    if (st != BIP_OK || known)
        return st;
    if (!change->context->national_ids && (st = bip__instrument_check_texts(def, err)) != BIP_OK)
        return st;
    bip__out_clear(&change->canonical);
    bip__canon_instrument(&change->canonical, def->json, def->json_n, change->reason);
    st = bip__out_finish(&change->canonical, err);
    if (st == BIP_OK)
        st = bip__change_fact(change, 0, change->canonical.data, change->canonical.len, &idx, err);
    if (st != BIP_OK)
        return st;
    st = bip__instrument_store(change->context->storage, def, change->entry.n, idx, change->reason, err);
    change->broken |= st != BIP_OK;
    bip__context_forget(change->context);
    return st;
}

bip_status bip__instrument_insert(bip__change *change, const char *json, size_t n, bip_error *err)
{
    bip__instrument *def = NULL;
    bip_status st = bip__instrument_parse(json, n, &def, err);
    if (st == BIP_OK)
        st = bip__change_write(change, err);
    if (st == BIP_OK)
        st = insert_parsed(change, def, err);
    bip__instrument_free(def);
    return st;
}
