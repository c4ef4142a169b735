#include "record/merger.h"

#include "model/code.h"

#include <stdio.h>
#include <string.h>

/* ------------------------------------------------------------ places */

static void place(const bip__merge *m, const uint8_t id[BIP__UUID_SIZE], char into[128])
{
    char text[BIP_ID_SIZE];
    bip__entry_id_print(id, text);
    if (m->code != NULL)
        snprintf(into, 128, "entry %s, participant %s", text, m->code);
    else
        snprintf(into, 128, "entry %s", text);
}

void bip__merge_blame(const bip__merge *m, const uint8_t id[BIP__UUID_SIZE], const char *message, bip_error *err)
{
    char where[128];
    place(m, id, where);
    bip__fail(err, BIP_E_REFUSED, where, "%s", message);
}

bip_status bip__merge_refuse_as(const bip__merge *m, const uint8_t id[BIP__UUID_SIZE], bip_status st,
                                const bip_error *why, bip_error *err)
{
    if (st == BIP_E_REFUSED)
        return bip__merge_refuse(m, id, why->message, err);
    if (st != BIP_OK && err != NULL)
        *err = *why;
    return st;
}

/* ------------------------------------------------------------ opening, closing */

bip_status bip__merge_open(bip__change *change, bip_date today, bip__merge **out, bip_error *err)
{
    *out = NULL;
    bip_status st = bip__change_write(change, err);
    if (st != BIP_OK)
        return st;
    bip__merge *m = bip__alloc_zero(1, sizeof *m);
    if (m == NULL)
        return bip__nomem(err);
    m->change = change;
    m->context = change->context;
    m->storage = change->context->storage;
    m->api = m->storage->api;
    m->today = today;
    bip__out_init(&m->canonical, NULL, NULL);
    *out = m;
    return BIP_OK;
}

void bip__merge_close(bip__merge *m)
{
    if (m == NULL)
        return;
    bip__intern_free(&m->entry_ids);
    bip__intern_free(&m->identity_hashes);
    bip__intern_free(&m->root_ids);
    bip__intern_free(&m->keys);
    bip__free(m->entries);
    bip__free(m->leaves);
    bip__free(m->identities);
    bip__free(m->roots);
    bip__free(m->scores);
    bip__free(m->code);
    bip__out_free(&m->canonical);
    bip__free(m);
}

/* ------------------------------------------------------------ entries and identities */

bip__merged_entry *bip__merge_find_entry(const bip__merge *m, const uint8_t id[BIP__UUID_SIZE])
{
    const uint32_t number = bip__intern_find(&m->entry_ids, (const char *)id, BIP__UUID_SIZE);
    return number != 0 ? &m->entries[number - 1] : NULL;
}

/* The identity of that hash, added where it is new. */
static bip_status take_identity(bip__merge *m, const uint8_t hash[BIP_HASH_SIZE], int32_t *index, bip_error *err)
{
    bip__identity_row here;
    const size_t before = m->identity_hashes.n;
    if (!bip__grow(&m->identities, &m->identities_cap, before + 1, sizeof *m->identities))
        return bip__nomem(err);
    const uint32_t number = bip__intern_add(&m->identity_hashes, (const char *)hash, BIP_HASH_SIZE);
    if (number == 0)
        return bip__nomem(err);
    *index = (int32_t)number - 1;
    if (number <= before)
        return BIP_OK;
    m->identities[before] = (bip__merged_identity){0};
    bip_status st = m->api->identity_find(m->storage, hash, &here, err);
    if (st == BIP_OK) {
        m->identities[before].n = here.n;
        m->identities[before].erased = here.erased;
    }
    return st == BIP_E_NOT_FOUND ? BIP_OK : st;
}

bip_status bip__merge_erased(bip__merge *m, const uint8_t hash[BIP_HASH_SIZE], bip_error *err)
{
    int32_t index = 0;
    bip_status st = take_identity(m, hash, &index, err);
    if (st == BIP_OK)
        m->identities[index].erased = m->identities[index].listed = true;
    return st;
}

/* The hashes of the parents; the entry's place in the order follows from them. */
static bip_status take_parents(bip__merge *m, bip__merged_entry *e, const uint8_t (*ids)[BIP__UUID_SIZE], size_t n,
                               uint8_t (*hashes)[BIP_HASH_SIZE], int64_t *numbers, bip_error *err)
{
    for (size_t i = 0; i < n; i++) {
        const bip__merged_entry *parent = bip__merge_find_entry(m, ids[i]);
        if (parent == NULL || parent == e)
            return bip__merge_refuse(m, e->id, "follows an entry that does not stand before it", err);
        if (i > 0 && memcmp(ids[i - 1], ids[i], BIP__UUID_SIZE) >= 0)
            return bip__merge_refuse(m, e->id, "its parents are not in order", err);
        memcpy(hashes[i], parent->hash, BIP_HASH_SIZE);
        numbers[i] = parent->n;
        if (parent->logical_ms >= e->logical_ms)
            e->logical_ms = parent->logical_ms + 1;
    }
    return BIP_OK;
}

/* The row is put before its hash is known to be right: what comes of a wrong one is rolled back. */
static bip_status put_entry(bip__merge *m, bip__merged_entry *e, int64_t at_ms, const char *actor, const uint8_t *hash,
                            const int64_t *parents, size_t n_parents, bip_error *err)
{
    bip__entry_row row = {.at_ms = at_ms, .logical_ms = e->logical_ms};
    bip_status st = m->api->entry_reserve(m->storage, &row.n, err);
    if (st == BIP_OK && row.n <= m->change->entry.n)
        row.n = m->change->entry.n + 1; /* reserved by the change, which may yet record facts of its own */
    if (st == BIP_OK)
        st = m->api->word_add(m->storage, BIP__WORD_ACTOR, actor, &row.actor, err);
    e->n = row.n;
    memcpy(row.id, e->id, sizeof row.id);
    memcpy(row.hash, hash, sizeof row.hash);
    m->change->wrote_beside = true;
    m->result.entries++;
    return st == BIP_OK ? m->api->entry_put(m->storage, &row, NULL, parents, n_parents, err) : st;
}

static bip_status begin_entry(bip__merge *m, bip__merged_entry *e, int64_t at_ms, const char *actor,
                              const uint8_t *hash, const uint8_t (*ids)[BIP__UUID_SIZE], size_t n, bip_error *err)
{
    bip__entry_row here;
    uint8_t(*hashes)[BIP_HASH_SIZE] = bip__alloc(n * sizeof *hashes);
    int64_t *numbers = bip__alloc(n * sizeof *numbers);
    bip_status st = hashes != NULL && numbers != NULL ? BIP_OK : bip__nomem(err);
    if (st == BIP_OK)
        st = take_parents(m, e, ids, n, hashes, numbers, err);
    if (st == BIP_OK) {
        bip__entry_begin(&m->entry_hash, e->id, at_ms, actor, hashes, n);
        st = m->api->entry_find(m->storage, e->id, &here, err);
        if (st == BIP_OK && memcmp(here.hash, hash, BIP_HASH_SIZE) != 0)
            st = bip__merge_refuse(m, e->id, "is not the entry that this store has under this id", err);
        else if (st == BIP_OK)
            e->n = here.n;
        e->is_new = st == BIP_E_NOT_FOUND;
        if (e->is_new)
            st = put_entry(m, e, at_ms, actor, hash, numbers, n, err);
    }
    bip__free(hashes);
    bip__free(numbers);
    return st;
}

bip_status bip__merge_entry(bip__merge *m, const bip__merge_entry_in *in, bip_error *err)
{
    bip_error why;
    const size_t before = m->entry_ids.n;
    bip__merged_entry *e;
    if (!bip__grow(&m->entries, &m->entries_cap, before + 1, sizeof *m->entries))
        return bip__nomem(err);
    const uint32_t number = bip__intern_add(&m->entry_ids, (const char *)in->id, BIP__UUID_SIZE);
    if (number == 0)
        return bip__nomem(err);
    if (number <= before)
        return bip__merge_refuse(m, in->id, "the entry stands twice", err);
    e = &m->entries[before];
    *e = (bip__merged_entry){.logical_ms = in->at_ms, .leaves = m->n_leaves};
    memcpy(e->id, in->id, sizeof e->id);
    memcpy(e->hash, in->hash, sizeof e->hash);
    bip_status st = bip__name_check("actor", in->actor, strlen(in->actor), m->context->national_ids, &why);
    if (st != BIP_OK)
        return bip__merge_refuse_as(m, in->id, st, &why, err);
    return begin_entry(m, e, in->at_ms, in->actor, in->hash, in->parents, in->n_parents, err);
}

bip_status bip__merge_leaf(bip__merge *m, int32_t pos, const uint8_t *identity_hash, const uint8_t hash[BIP_HASH_SIZE],
                           bip_error *err)
{
    static const uint8_t nobody[BIP_HASH_SIZE];
    bip__merged_entry *e = &m->entries[m->entry_ids.n - 1];
    bip__merged_leaf l = {.pos = pos, .identity = -1};
    if (e->n_leaves > 0 && m->leaves[m->n_leaves - 1].pos >= pos)
        return bip__merge_refuse(m, e->id, "its leaves are not in order", err);
    bip_status st = identity_hash != NULL ? take_identity(m, identity_hash, &l.identity, err) : BIP_OK;
    if (st != BIP_OK)
        return st;
    if (!bip__grow(&m->leaves, &m->leaves_cap, m->n_leaves + 1, sizeof *m->leaves))
        return bip__nomem(err);
    memcpy(l.hash, hash, sizeof l.hash);
    m->leaves[m->n_leaves++] = l;
    e->n_leaves++;
    bip__entry_leaf(&m->entry_hash, pos, identity_hash != NULL ? identity_hash : nobody, hash);
    return BIP_OK;
}

bip_status bip__merge_entry_end(bip__merge *m, bip_error *err)
{
    const bip__merged_entry *e = &m->entries[m->entry_ids.n - 1];
    uint8_t hash[BIP_HASH_SIZE];
    bip__entry_end(&m->entry_hash, hash);
    if (e->n_leaves == 0 || m->leaves[e->leaves].pos != 0)
        return bip__merge_refuse(m, e->id, "its first fact has no leaf", err);
    return memcmp(hash, e->hash, sizeof hash) == 0
               ? BIP_OK
               : bip__merge_refuse(m, e->id, "is not the entry that was written: its hash does not match", err);
}

/* ------------------------------------------------------------ people */

static bip_status end_person(bip__merge *m, bip_error *err)
{
    bip_status st = bip__merge_end_leaf(m, err);
    if (st == BIP_OK && m->code != NULL && !m->has_fact)
        st = bip__fail(err, BIP_E_REFUSED, m->code, "the participant was never registered");
    if (st == BIP_OK && m->touched)
        st = bip__currents_settle(m->context, m->person, err);
    bip__intern_free(&m->root_ids);
    bip__free(m->code);
    m->code = NULL;
    m->person = 0;
    m->touched = m->has_fact = false;
    return st;
}

bip_status bip__merge_person(bip__merge *m, const char *code, bip_error *err)
{
    bip_status st = end_person(m, err);
    if (st != BIP_OK || code == NULL)
        return st;
    m->serial++;
    st = bip__name_check("participant", code, strlen(code), m->context->national_ids, err);
    if (st != BIP_OK)
        return st;
    if ((m->code = bip__strdup(code)) == NULL)
        return bip__nomem(err);
    st = m->api->person_find(m->storage, code, &m->person, err);
    return st == BIP_E_NOT_FOUND ? BIP_OK : st;
}

/* Registered here when the first identity that isn't erased turns up. */
static bip_status add_identity(bip__merge *m, bip__merged_identity *i, const uint8_t hash[BIP_HASH_SIZE],
                               bip_error *err)
{
    bip__identity_row row = {0};
    bip_status st = BIP_OK;
    if (m->person == 0) {
        st = m->api->persons_add(m->storage, (const char *const *)&m->code, 1, &m->person, err);
        m->result.participants++;
    }
    row.person = m->person;
    memcpy(row.uuid, i->uuid, sizeof row.uuid);
    memcpy(row.hash, hash, sizeof row.hash);
    m->change->wrote_beside = true;
    return st == BIP_OK ? m->api->identities_add(m->storage, &row, 1, &i->n, err) : st;
}

bip_status bip__merge_identity(bip__merge *m, const uint8_t uuid[BIP__UUID_SIZE], bip_error *err)
{
    bip__identity_row here;
    uint8_t hash[BIP_HASH_SIZE];
    bip__identity_hash(uuid, hash);
    const uint32_t number = bip__intern_find(&m->identity_hashes, (const char *)hash, sizeof hash);
    if (number == 0)
        return bip__fail(err, BIP_E_REFUSED, m->code, "no entry knows this identity of the participant");
    bip__merged_identity *i = &m->identities[number - 1];
    if (i->told)
        return bip__fail(err, BIP_E_REFUSED, m->code, "the identity stands twice");
    if (i->listed)
        return bip__fail(err, BIP_E_REFUSED, m->code, "the identity was erased, and stands there all the same");
    i->told = true;
    i->person = m->serial;
    memcpy(i->uuid, uuid, sizeof i->uuid);
    if (i->n == 0)
        return add_identity(m, i, hash, err);
    bip_status st = m->api->identity_get(m->storage, i->n, &here, err);
    if (st == BIP_OK && !here.erased && here.person != m->person)
        st = bip__fail(err, BIP_E_REFUSED, m->code, "the identity is another participant's in this store");
    return st;
}

/* ------------------------------------------------------------ the end */

/* Only now are the numbers of all identities known. */
static bip_status put_leaves(bip__merge *m, const bip__merged_entry *e, bip_error *err)
{
    bip_status st = BIP_OK;
    for (size_t k = 0; st == BIP_OK && k < e->n_leaves; k++) {
        const bip__merged_leaf *l = &m->leaves[e->leaves + k];
        const bip__merged_identity *i = l->identity >= 0 ? &m->identities[l->identity] : NULL;
        bip__leaf_row row = {.entry = e->n, .pos = l->pos, .identity = i != NULL ? i->n : 0};
        memcpy(row.hash, l->hash, sizeof row.hash);
        if (!l->seen && (i == NULL || !i->erased))
            return bip__merge_refuse(m, e->id, "its facts are missing", err);
        if (e->is_new)
            st = m->api->leaves_put(m->storage, &row, 1, err);
    }
    return st;
}

bip_status bip__merge_finish(bip__merge *m, bip__merge_result *result, bip_error *err)
{
    bip_status st = end_person(m, err);
    for (size_t i = 0; st == BIP_OK && i < m->identity_hashes.n; i++)
        if (m->identities[i].listed && !m->identities[i].said)
            st = bip__fail(err, BIP_E_REFUSED, "erased", "an identity is in the list, but no fact erases it");
    for (size_t i = 0; st == BIP_OK && i < m->entry_ids.n; i++)
        st = put_leaves(m, &m->entries[i], err);
    *result = m->result;
    return st;
}
