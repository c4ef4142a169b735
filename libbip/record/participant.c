#include "record/record.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

bip_status bip__participant_fits(const bip__instrument *instrument, const char *code, bip_error *err)
{
    bool fits = true;
    if (instrument->participant_pattern == NULL)
        return BIP_OK;
    bip_status st = bip__pattern_match(instrument->participant_pattern, code, strlen(code), &fits, err);
    if (st == BIP_E_REFUSED)
        st = bip__fail(err, st, "participant", "%s can't be held against the form that %s asks for: %s", code,
                       instrument->code, err != NULL ? err->message : "");
    if (st == BIP_OK && !fits)
        st = bip__fail(err, BIP_E_REFUSED, "participant", "%s is not of the form that %s asks for", code,
                       instrument->code);
    return st;
}

bip_status bip__fact_insert(bip__change *change, int32_t person, int32_t kind, bip_date day, bip_error *err)
{
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
    return bip__put_fact(change, &row, err);
}

/* ------------------------------------------------------------ registering */

static int by_hash(const void *a, const void *b)
{
    return memcmp(((const bip__identity_row *)a)->hash, ((const bip__identity_row *)b)->hash, BIP_HASH_SIZE);
}

#define DRAWN 64 /* uuids at a time */

/* Random identities in the order of their hashes: their index grows at its end, and no tree is slower than one that is
 * filled in no order. */
static bip_status draw_identities(bip__context *c, bip__identity_row *rows, size_t n, bip_error *err)
{
    uint8_t uuids[DRAWN][BIP__UUID_SIZE];
    for (size_t i = 0; i < n; i++) {
        const size_t want = n - i < DRAWN ? n - i : DRAWN;
        if (i % DRAWN == 0 && c->random(c->ctx, uuids, want * sizeof *uuids) != 0)
            return bip__fail(err, BIP_E_IO, NULL, "no random bytes can be had");
        memcpy(rows[i].uuid, uuids[i % DRAWN], sizeof rows[i].uuid);
        bip__identity_hash(rows[i].uuid, rows[i].hash);
    }
    if (n > 1)
        qsort(rows, n, sizeof *rows, by_hash);
    return BIP_OK;
}

static bip_status add_identities(bip__change *change, int32_t person, size_t n, bip_error *err)
{
    bip__storage *storage = change->context->storage;
    bip__identity_row *rows = bip__alloc_zero(n, sizeof *rows);
    int32_t first = 0;
    bip_status st = rows != NULL ? draw_identities(change->context, rows, n, err) : bip__nomem(err);
    bip__free(change->newcomers);
    change->newcomers = rows;
    for (size_t i = 0; st == BIP_OK && i < n; i++)
        rows[i].person = person + (int32_t)i;
    if (st == BIP_OK)
        st = storage->api->identities_add(storage, rows, n, &first, err);
    for (size_t i = 0; st == BIP_OK && i < n; i++)
        rows[i].n = first + (int32_t)i;
    change->n_newcomers = st == BIP_OK ? n : 0;
    return st;
}

bip_status bip__participants_number(bip__change *change, const char *const *codes, size_t n, int32_t *first,
                                    bip_error *err)
{
    bip__storage *storage = change->context->storage;
    bip_status st = bip__change_write(change, err);
    if (st == BIP_OK)
        st = storage->api->persons_add(storage, codes, n, first, err);
    if (st == BIP_OK)
        st = add_identities(change, *first, n, err);
    change->broken |= st != BIP_OK;
    return st;
}

bip_status bip__participant_fact(bip__change *change, int32_t person, const char *code, bip_date enrolled,
                                 bip_error *err)
{
    bip__out_clear(&change->canonical);
    bip__canon_participant(&change->canonical, code, enrolled, change->reason);
    bip_status st = bip__fact_insert(change, person, BIP__FACT_PARTICIPANT, enrolled, err);
    change->broken |= st != BIP_OK; /* the person is there already, without a fact that says so */
    return st;
}

bip_status bip__participant_insert(bip__change *change, const char *code, bip_date enrolled, int32_t *person,
                                   bip_error *err)
{
    bip_status st = bip__participants_number(change, &code, 1, person, err);
    return st == BIP_OK ? bip__participant_fact(change, *person, code, enrolled, err) : st;
}

/* ------------------------------------------------------------ other facts */

bool bip__value_fits(const char *value)
{
    return value == NULL ||
           (strpbrk(value, "\r\n") == NULL && bip__utf8_count(value, strlen(value)) <= BIP__MOST_VALUE);
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
    return bip__put_fact(change, &row, err);
}
