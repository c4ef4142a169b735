#include "record/record.h"

#include <string.h>

bip_status bip__participant_fits(const bip__instrument *instrument, const char *code, bip_error *err)
{
    bool fits = true;
    if (instrument->participant_pattern == NULL)
        return BIP_OK;
    bip_status st = bip__pattern_match(instrument->participant_pattern, code, strlen(code), &fits, err);
    if (st == BIP_OK && !fits)
        st = bip__fail(err, BIP_E_REFUSED, "participant", "%s is not of the form that %s asks for", code,
                       instrument->code);
    return st;
}

static bip_status add_identity(bip__change *change, int32_t person, bip_error *err)
{
    bip__context *c = change->context;
    bip__identity_row row = {.person = person};
    if (c->random(c->ctx, row.uuid, sizeof row.uuid) != 0)
        return bip__fail(err, BIP_E_IO, NULL, "no random bytes can be had");
    bip__identity_hash(row.uuid, row.hash);
    return c->storage->api->identities_add(c->storage, &row, 1, &row.n, err);
}

bip_status bip__fact_insert(bip__change *change, int32_t person, int32_t kind, bip_date day, bip_error *err)
{
    bip__storage *storage = change->context->storage;
    bip__fact_row row = {.person = person, .kind = kind, .current = 1, .day = day, .day_to = BIP_NO_DATE};
    bip_status st = bip__out_finish(&change->canonical, err);
    if (st == BIP_OK)
        st = bip__change_fact(change, person, change->canonical.data, change->canonical.len, &row.idx, err);
    if (st != BIP_OK)
        return st;
    row.entry = row.root_entry = change->entry.n;
    row.root_idx = row.idx;
    row.body = change->canonical.data;
    row.body_n = change->canonical.len;
    st = storage->api->facts_put(storage, &row, 1, err);
    change->broken |= st != BIP_OK;
    return st;
}

bip_status bip__participant_insert(bip__change *change, const char *code, bip_date enrolled, int32_t *person,
                                   bip_error *err)
{
    bip__storage *storage = change->context->storage;
    bip_status st = bip__change_write(change, err);
    if (st == BIP_OK)
        st = storage->api->persons_add(storage, &code, 1, person, err);
    if (st == BIP_OK)
        st = add_identity(change, *person, err);
    change->broken |= st != BIP_OK;
    if (st != BIP_OK)
        return st;
    bip__out_clear(&change->canonical);
    bip__canon_participant(&change->canonical, code, enrolled, change->reason);
    st = bip__fact_insert(change, *person, BIP__FACT_PARTICIPANT, enrolled, err);
    change->broken |= st != BIP_OK; /* the person is there already, without a fact that says so */
    return st;
}

bip_status bip__attribute_insert(bip__change *change, int32_t person, const char *key, const char *value,
                                 bip_error *err)
{
    bip__out_clear(&change->canonical);
    bip__canon_attribute(&change->canonical, key, value, change->reason);
    return bip__fact_insert(change, person, BIP__FACT_ATTRIBUTE, BIP_NO_DATE, err);
}

bip_status bip__dispute_insert(bip__change *change, const bip__assessment_put *put, const bip__holder *holder,
                               const char *text, int32_t *idx, bip_error *err)
{
    bip__storage *storage = change->context->storage;
    bip__out *canonical = &change->canonical;
    bip__fact_row row = {.person = put->person,
                         .kind = BIP__FACT_DISPUTE,
                         .current = 1,
                         .day = BIP_NO_DATE,
                         .day_to = BIP_NO_DATE,
                         .root_entry = holder->root_entry,
                         .root_idx = holder->root_idx};
    char of[BIP_ID_SIZE];
    bip_status st = bip__fact_id(change->context, holder->root_entry, holder->root_idx, of, err);
    bip__out_clear(canonical);
    bip__canon_dispute(canonical, of, text, change->reason);
    if (st == BIP_OK)
        st = bip__out_finish(canonical, err);
    if (st == BIP_OK)
        st = bip__change_later_fact(change, row.person, row.root_entry, row.root_idx, canonical->data, canonical->len,
                                    &row.idx, err);
    if (st != BIP_OK)
        return st;
    row.entry = change->entry.n;
    row.body = canonical->data;
    row.body_n = canonical->len;
    *idx = row.idx;
    st = storage->api->facts_put(storage, &row, 1, err);
    change->broken |= st != BIP_OK;
    return st;
}
