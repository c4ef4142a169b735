#include "record/merge.h"

#include "base/date.h"
#include "base/intern.h"
#include "base/text.h"
#include "model/code.h"
#include "model/score.h"

#include <stdio.h>
#include <string.h>

#define MAX_VALUE 200 /* code points of an attribute's value */

/* An entry of the other store. */
typedef struct entry {
    uint8_t id[BIP__UUID_SIZE], hash[BIP_HASH_SIZE];
    int64_t n, logical_ms; /* n: here */
    bool is_new;
    size_t leaves, n_leaves; /* the first of them, in the list */
} entry;

typedef struct leaf {
    int32_t pos, identity; /* identity: index in the list, -1: nobody */
    uint8_t hash[BIP_HASH_SIZE];
    bool seen; /* its facts were read */
} leaf;

typedef struct identity {
    uint8_t uuid[BIP__UUID_SIZE];
    bool told, erased; /* its uuid was read; its person is erased: here, or there */
    bool listed, said; /* there it is in the list of the erased; and a fact says so */
    int32_t n;         /* here; 0: not yet */
    int64_t person;    /* which of the persons read, by their order; 0: none yet */
} identity;

struct bip__merge {
    bip__change *change;
    bip__context *context;
    bip__storage *storage;
    const bip__storage_api *api;
    bip__merge_result result;
    bip__intern entry_ids, identity_hashes; /* by number: the lists, from 1 */
    entry *entries;
    leaf *leaves;
    identity *identities;
    size_t n_leaves, entries_cap, leaves_cap, identities_cap;
    bip__hash entry_hash;
    /* the participant in hand */
    int64_t serial; /* persons read so far */
    char *code;     /* NULL: nobody */
    int32_t person; /* here; 0: nobody, or not there yet */
    bool touched, has_fact;
    bip__intern root_ids;
    struct root {
        bip_date day;
        int32_t identity;
    } * roots; /* the first revisions of the participant in hand, by number of root_ids */
    size_t roots_cap;
    /* the leaf in hand */
    leaf *open;
    entry *open_entry;
    int32_t next_idx;
    bip__hash leaf_hash;
    bip__out canonical;
    bip_score *scores;
    size_t scores_cap;
    bip_date today;
};

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

static bip_status refuse(const bip__merge *m, const uint8_t id[BIP__UUID_SIZE], const char *message, bip_error *err)
{
    char where[128];
    place(m, id, where);
    return bip__fail(err, BIP_E_REFUSED, where, "%s", message);
}

/* A check failed: its message, with the place of the fact. */
static bip_status refuse_as(const bip__merge *m, const uint8_t id[BIP__UUID_SIZE], bip_status st, const bip_error *why,
                            bip_error *err)
{
    if (st == BIP_E_REFUSED)
        return refuse(m, id, why->message, err);
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
    bip__free(m->entries);
    bip__free(m->leaves);
    bip__free(m->identities);
    bip__free(m->roots);
    bip__free(m->scores);
    bip__free(m->code);
    bip__out_free(&m->canonical);
    bip__free(m);
}

static bip_status store_instrument(bip__merge *m, const bip__instrument *def, int64_t n, int32_t idx,
                                   const char *reason, bip_error *err)
{
    bip_status st = bip__instrument_store(m->storage, def, n, idx, reason, err);
    bip__context_forget(m->context);
    m->change->merged = true;
    return st;
}

/* A version that two stores hold with different content is nobody's mistake alone: a conflict, and no bad data. */
static bip_status instrument_fits(bip__merge *m, const bip__instrument *def, bool *known, bip_error *err)
{
    const bip__catalogue *catalogue;
    bip_error why;
    bip_status st = bip__context_catalogue(m->context, &catalogue, &why);
    if (st == BIP_OK)
        st = bip__instrument_fits(catalogue, def, known, &why);
    if (st == BIP_E_REFUSED)
        return bip__fail(err, BIP_E_CONFLICT, why.where, "%s", why.message);
    if (st != BIP_OK && err != NULL)
        *err = why;
    return st;
}

bip_status bip__merge_builtin(bip__merge *m, const char *json, size_t n, bip_error *err)
{
    bip__instrument *def = NULL;
    bool known = false;
    bip_status st = bip__instrument_parse(json, n, &def, err);
    if (st == BIP_OK)
        st = instrument_fits(m, def, &known, err);
    if (st == BIP_OK && !known)
        st = store_instrument(m, def, 0, 0, NULL, err);
    bip__instrument_free(def);
    return st;
}

/* ------------------------------------------------------------ entries and identities */

static entry *find_entry(const bip__merge *m, const uint8_t id[BIP__UUID_SIZE])
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
    m->identities[before] = (identity){0};
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
static bip_status take_parents(bip__merge *m, entry *e, const uint8_t (*ids)[BIP__UUID_SIZE], size_t n,
                               uint8_t (*hashes)[BIP_HASH_SIZE], int64_t *numbers, bip_error *err)
{
    for (size_t i = 0; i < n; i++) {
        const entry *parent = find_entry(m, ids[i]);
        if (parent == NULL || parent == e)
            return refuse(m, e->id, "follows an entry that does not stand before it", err);
        if (i > 0 && memcmp(ids[i - 1], ids[i], BIP__UUID_SIZE) >= 0)
            return refuse(m, e->id, "its parents are not in order", err);
        memcpy(hashes[i], parent->hash, BIP_HASH_SIZE);
        numbers[i] = parent->n;
        if (parent->logical_ms >= e->logical_ms)
            e->logical_ms = parent->logical_ms + 1;
    }
    return BIP_OK;
}

/* The row is put before its hash is known to be right: what comes of a wrong one is rolled back. */
static bip_status put_entry(bip__merge *m, entry *e, int64_t at_ms, const char *actor, const uint8_t *hash,
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
    m->change->merged = true;
    m->result.entries++;
    return st == BIP_OK ? m->api->entry_put(m->storage, &row, NULL, parents, n_parents, err) : st;
}

static bip_status begin_entry(bip__merge *m, entry *e, int64_t at_ms, const char *actor, const uint8_t *hash,
                              const uint8_t (*ids)[BIP__UUID_SIZE], size_t n, bip_error *err)
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
            st = refuse(m, e->id, "is not the entry that this store has under this id", err);
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
    entry *e;
    if (!bip__grow(&m->entries, &m->entries_cap, before + 1, sizeof *m->entries))
        return bip__nomem(err);
    const uint32_t number = bip__intern_add(&m->entry_ids, (const char *)in->id, BIP__UUID_SIZE);
    if (number == 0)
        return bip__nomem(err);
    if (number <= before)
        return refuse(m, in->id, "the entry stands twice", err);
    e = &m->entries[before];
    *e = (entry){.logical_ms = in->at_ms, .leaves = m->n_leaves};
    memcpy(e->id, in->id, sizeof e->id);
    memcpy(e->hash, in->hash, sizeof e->hash);
    bip_status st = bip__name_check("actor", in->actor, strlen(in->actor), m->context->national_ids, &why);
    if (st != BIP_OK)
        return refuse_as(m, in->id, st, &why, err);
    return begin_entry(m, e, in->at_ms, in->actor, in->hash, in->parents, in->n_parents, err);
}

bip_status bip__merge_leaf(bip__merge *m, int32_t pos, const uint8_t *identity_hash, const uint8_t hash[BIP_HASH_SIZE],
                           bip_error *err)
{
    static const uint8_t nobody[BIP_HASH_SIZE];
    entry *e = &m->entries[m->entry_ids.n - 1];
    leaf l = {.pos = pos, .identity = -1};
    if (e->n_leaves > 0 && m->leaves[m->n_leaves - 1].pos >= pos)
        return refuse(m, e->id, "its leaves are not in order", err);
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
    const entry *e = &m->entries[m->entry_ids.n - 1];
    uint8_t hash[BIP_HASH_SIZE];
    bip__entry_end(&m->entry_hash, hash);
    if (e->n_leaves == 0 || m->leaves[e->leaves].pos != 0)
        return refuse(m, e->id, "its first fact has no leaf", err);
    return memcmp(hash, e->hash, sizeof hash) == 0
               ? BIP_OK
               : refuse(m, e->id, "is not the entry that was written: its hash does not match", err);
}

/* ------------------------------------------------------------ people */

static bip_status end_leaf(bip__merge *m, bip_error *err)
{
    uint8_t hash[BIP_HASH_SIZE];
    if (m->open == NULL)
        return BIP_OK;
    bip__leaf_end(&m->leaf_hash, hash);
    const bool same = memcmp(hash, m->open->hash, sizeof hash) == 0;
    m->open = NULL;
    return same ? BIP_OK : refuse(m, m->open_entry->id, "the facts are not those that were recorded", err);
}

static bip_status end_person(bip__merge *m, bip_error *err)
{
    bip_status st = end_leaf(m, err);
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
static bip_status add_identity(bip__merge *m, identity *i, const uint8_t hash[BIP_HASH_SIZE], bip_error *err)
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
    m->change->merged = true;
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
    identity *i = &m->identities[number - 1];
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

/* ------------------------------------------------------------ facts */

/* The leaf over a fact: the last one whose pos isn't beyond it. */
static leaf *leaf_over(const bip__merge *m, const entry *e, int32_t idx)
{
    size_t low = 0, high = e->n_leaves;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (m->leaves[e->leaves + middle].pos <= idx)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 ? &m->leaves[e->leaves + low - 1] : NULL;
}

static bip_status open_leaf(bip__merge *m, entry *e, leaf *l, int32_t idx, bip_error *err)
{
    bip_status st = end_leaf(m, err);
    if (st != BIP_OK)
        return st;
    const identity *i = l->identity >= 0 ? &m->identities[l->identity] : NULL;
    if (l->seen || idx != l->pos)
        return refuse(m, e->id, "a fact stands out of order, twice, or is missing", err);
    if (m->code == NULL ? i != NULL : i == NULL || !i->told || i->person != m->serial)
        return refuse(m, e->id, "a fact stands with a participant whose it is not", err);
    l->seen = true;
    m->open = l;
    m->open_entry = e;
    m->next_idx = idx;
    bip__leaf_begin(&m->leaf_hash, i != NULL ? i->uuid : NULL);
    return BIP_OK;
}

/* The canonical form goes to its leaf. *put: the fact is new here and is to be stored. */
static bip_status take_fact(bip__merge *m, const uint8_t id[BIP__UUID_SIZE], int32_t idx, bool *put, bip_error *err)
{
    entry *e = find_entry(m, id);
    leaf *l = e != NULL ? leaf_over(m, e, idx) : NULL;
    bip_status st = bip__out_finish(&m->canonical, err);
    if (st == BIP_OK && l == NULL)
        st = refuse(m, id, "a fact names an entry that does not know it", err);
    if (st == BIP_OK && l != m->open)
        st = open_leaf(m, e, l, idx, err);
    if (st != BIP_OK)
        return st;
    if (idx != m->next_idx)
        return refuse(m, id, "a fact stands out of order, twice, or is missing", err);
    m->next_idx++;
    bip__leaf_add(&m->leaf_hash, m->canonical.data, m->canonical.len);
    *put = e->is_new && (l->identity < 0 || !m->identities[l->identity].erased);
    m->touched |= *put && m->code != NULL;
    return BIP_OK;
}

static bip_status put_envelope(bip__merge *m, int32_t kind, int32_t idx, bip_date day, bip_error *err)
{
    const int64_t n = m->open_entry->n;
    const bip__fact_row row = {.person = m->person,
                               .kind = kind,
                               .entry = n,
                               .idx = idx,
                               .current = 1,
                               .day = day,
                               .day_to = BIP_NO_DATE,
                               .root_entry = n,
                               .root_idx = idx,
                               .body = m->canonical.data,
                               .body_n = m->canonical.len};
    return m->api->facts_put(m->storage, &row, 1, err);
}

static bip_status check_text(const bip__merge *m, const uint8_t id[BIP__UUID_SIZE], const char *what, const char *s,
                             size_t n, bip_error *err)
{
    bip_error why;
    if (s == NULL)
        return BIP_OK;
    return refuse_as(m, id, bip__text_check(what, s, n, m->context->national_ids, &why), &why, err);
}

static bip_status check_reason(const bip__merge *m, const uint8_t id[BIP__UUID_SIZE], const char *reason,
                               bip_error *err)
{
    return check_text(m, id, "reason", reason, reason != NULL ? strlen(reason) : 0, err);
}

bip_status bip__merge_participant(bip__merge *m, const uint8_t id[BIP__UUID_SIZE], int32_t idx, const char *code,
                                  bip_date enrolled, const char *reason, bip_error *err)
{
    bool put = false;
    if (m->code == NULL || strcmp(code, m->code) != 0)
        return refuse(m, id, "registers another participant", err);
    bip_status st = check_reason(m, id, reason, err);
    bip__out_clear(&m->canonical);
    bip__canon_participant(&m->canonical, code, enrolled, reason);
    if (st == BIP_OK)
        st = take_fact(m, id, idx, &put, err);
    m->has_fact = true;
    return st == BIP_OK && put ? put_envelope(m, BIP__FACT_PARTICIPANT, idx, enrolled, err) : st;
}

bip_status bip__merge_attribute(bip__merge *m, const uint8_t id[BIP__UUID_SIZE], int32_t idx, const char *key,
                                const char *value, const char *reason, bip_error *err)
{
    const size_t n = value != NULL ? strlen(value) : 0;
    bool put = false;
    if (m->code == NULL)
        return refuse(m, id, "an attribute of nobody", err);
    if (!bip__code_valid(key, strlen(key)))
        return refuse(m, id, "the attribute's key is no code", err);
    bip_status st = check_text(m, id, "attribute", value, n, err);
    if (st == BIP_OK && bip__utf8_count(value, n) > MAX_VALUE)
        st = refuse(m, id, "the attribute's value is longer than 200 characters", err);
    if (st == BIP_OK)
        st = check_reason(m, id, reason, err);
    bip__out_clear(&m->canonical);
    bip__canon_attribute(&m->canonical, key, value, reason);
    if (st == BIP_OK)
        st = take_fact(m, id, idx, &put, err);
    return st == BIP_OK && put ? put_envelope(m, BIP__FACT_ATTRIBUTE, idx, BIP_NO_DATE, err) : st;
}

/* Two stores may have been given the same version each: the second record of it is kept as a fact about nobody. */
static bip_status put_instrument(bip__merge *m, const bip__instrument *def, int32_t idx, const char *reason,
                                 bip_error *err)
{
    bool known = false;
    bip_status st = instrument_fits(m, def, &known, err);
    if (st != BIP_OK)
        return st;
    return known ? put_envelope(m, BIP__FACT_INSTRUMENT, idx, BIP_NO_DATE, err)
                 : store_instrument(m, def, m->open_entry->n, idx, reason, err);
}

bip_status bip__merge_instrument(bip__merge *m, const uint8_t id[BIP__UUID_SIZE], int32_t idx, const char *json,
                                 size_t n, const char *reason, bip_error *err)
{
    bip__instrument *def = NULL;
    bool put = false;
    bip_status st = check_reason(m, id, reason, err);
    if (st == BIP_OK && m->code != NULL)
        st = refuse(m, id, "an instrument stands with a participant", err);
    if (st == BIP_OK)
        st = bip__instrument_parse(json, n, &def, err);
    if (st == BIP_OK) {
        bip__out_clear(&m->canonical);
        bip__canon_instrument(&m->canonical, def->json, def->json_n, reason);
        st = take_fact(m, id, idx, &put, err);
    }
    if (st == BIP_OK && put)
        st = put_instrument(m, def, idx, reason, err);
    bip__instrument_free(def);
    return st;
}

/* The fact is what erases, here as it did there; that an identity is in the list of the erased only announced it. */
static bip_status erase_identity(bip__merge *m, const uint8_t id[BIP__UUID_SIZE], const uint8_t hash[BIP_HASH_SIZE],
                                 bip_error *err)
{
    bip__identity_row row;
    const uint32_t number = bip__intern_find(&m->identity_hashes, (const char *)hash, BIP_HASH_SIZE);
    identity *i = number != 0 ? &m->identities[number - 1] : NULL;
    if (i == NULL || !i->listed)
        return refuse(m, id, "erases an identity that is not in the list of the erased", err);
    i->said = true;
    bip_status st = m->api->identity_find(m->storage, hash, &row, err);
    if (st == BIP_OK && row.erased)
        return BIP_OK;
    m->change->merged = true;
    if (st == BIP_OK) {
        m->change->erased = true;
        return m->api->identity_erase(m->storage, row.n, m->open_entry->n, err);
    }
    if (st != BIP_E_NOT_FOUND)
        return st;
    row = (bip__identity_row){.erased = true, .erased_by = m->open_entry->n};
    memcpy(row.hash, hash, BIP_HASH_SIZE);
    return m->api->identities_add(m->storage, &row, 1, &i->n, err);
}

bip_status bip__merge_erasure(bip__merge *m, const uint8_t id[BIP__UUID_SIZE], int32_t idx,
                              const uint8_t (*identities)[BIP_HASH_SIZE], size_t n, const char *reason, bip_error *err)
{
    bool put = false;
    bip_status st = check_reason(m, id, reason, err);
    if (st == BIP_OK && m->code != NULL)
        st = refuse(m, id, "an erasure stands with a participant", err);
    for (size_t i = 1; st == BIP_OK && i < n; i++)
        if (memcmp(identities[i - 1], identities[i], BIP_HASH_SIZE) >= 0)
            st = refuse(m, id, "the identities of an erasure are not in order", err);
    bip__out_clear(&m->canonical);
    bip__canon_erasure(&m->canonical, identities, n, reason);
    if (st == BIP_OK)
        st = take_fact(m, id, idx, &put, err);
    if (st == BIP_OK && put)
        st = put_envelope(m, BIP__FACT_ERASURE, idx, BIP_NO_DATE, err);
    for (size_t i = 0; st == BIP_OK && i < n; i++)
        st = erase_identity(m, id, identities[i], err);
    return st;
}

/* ------------------------------------------------------------ assessments */

static bip_status check_scores(bip__merge *m, const uint8_t id[BIP__UUID_SIZE], const bip__instrument *def,
                               int32_t respondent, const bip__assessment_fact *f, bip_error *err)
{
    const size_t n = def->n_items[respondent];
    bip_error why;
    if (f->scores == NULL)
        return BIP_OK;
    if (!bip__grow(&m->scores, &m->scores_cap, n, sizeof *m->scores))
        return bip__nomem(err);
    if (!bip__scores_parse(f->scores, f->scores_n, m->scores, n))
        return refuse(m, id, "the scores are not those the instrument asks for", err);
    for (size_t i = 0; i < n; i++) {
        const bip_status st = bip__score_check(&def->indicators[def->items[respondent][i]], &m->scores[i], &why);
        if (st != BIP_OK)
            return refuse(m, id, why.message, err);
    }
    return BIP_OK;
}

static bip_status check_assessment(bip__merge *m, const uint8_t id[BIP__UUID_SIZE], const bip__assessment_fact *f,
                                   const bip__version **version, int32_t *respondent, bip_error *err)
{
    const bip__catalogue *catalogue;
    bip_error why;
    bip_status st = bip__context_catalogue(m->context, &catalogue, err);
    if (st != BIP_OK)
        return st;
    if (m->code == NULL)
        return refuse(m, id, "an assessment of nobody", err);
    *version = bip__catalogue_exact(catalogue, f->instrument, f->version);
    if (*version == NULL)
        return refuse(m, id, "an assessment with an instrument that is not there", err);
    *respondent = bip__instrument_respondent((*version)->def, f->respondent);
    if (*respondent < 0)
        return refuse(m, id, "an assessment by a respondent whom the instrument does not have", err);
    if (!bip__date_valid(f->date))
        return refuse(m, id, "an assessment on a day outside the years 1900 to 2199", err);
    if (f->rater != NULL)
        st = bip__name_check("rater", f->rater, strlen(f->rater), m->context->national_ids, &why);
    if (st == BIP_OK)
        st = bip__participant_fits((*version)->def, m->code, &why);
    if (st != BIP_OK)
        return refuse_as(m, id, st, &why, err);
    st = check_text(m, id, "note", f->note, f->note_n, err);
    if (st == BIP_OK)
        st = check_text(m, id, "reason", f->reason, f->reason_n, err);
    return st == BIP_OK ? check_scores(m, id, (*version)->def, *respondent, f, err) : st;
}

/* Remember a first revision; find that of a later one. */
static bip_status find_root(bip__merge *m, const uint8_t id[BIP__UUID_SIZE], int32_t idx, const bip__assessment_fact *f,
                            bip__assessment_row *row, bip_error *err)
{
    char own[BIP_ID_SIZE];
    const char *name = f->of != NULL ? f->of : own;
    const size_t before = m->root_ids.n;
    uint8_t entry_id[BIP__UUID_SIZE];
    bip__id_print(id, idx, own);
    if (f->of != NULL) {
        const uint32_t known = bip__intern_find(&m->root_ids, name, strlen(name));
        if (known == 0 || m->roots[known - 1].day != f->date || m->roots[known - 1].identity != m->open->identity)
            return refuse(m, id, "a revision of an assessment that is not there", err);
        bip__id_read(name, strlen(name), entry_id, &row->root_idx);
        row->root_entry = find_entry(m, entry_id)->n;
        return BIP_OK;
    }
    row->root_idx = idx;
    if (!bip__grow(&m->roots, &m->roots_cap, before + 1, sizeof *m->roots) ||
        bip__intern_add(&m->root_ids, own, strlen(own)) == 0)
        return bip__nomem(err);
    m->roots[before] = (struct root){f->date, m->open->identity};
    return BIP_OK;
}

bip_status bip__merge_dispute(bip__merge *m, const uint8_t id[BIP__UUID_SIZE], int32_t idx, const char *of,
                              const char *text, const char *reason, bip_error *err)
{
    uint8_t root_id[BIP__UUID_SIZE];
    bip__fact_row row = {
        .kind = BIP__FACT_DISPUTE, .idx = idx, .current = 1, .day = BIP_NO_DATE, .day_to = BIP_NO_DATE};
    bool put = false;
    const uint32_t root = bip__intern_find(&m->root_ids, of, strlen(of));
    if (m->code == NULL || root == 0)
        return refuse(m, id, "disputes an assessment that is not there", err);
    bip_status st = check_text(m, id, "text", text, strlen(text), err);
    if (st == BIP_OK)
        st = check_reason(m, id, reason, err);
    bip__out_clear(&m->canonical);
    bip__canon_dispute(&m->canonical, of, text, reason);
    if (st == BIP_OK)
        st = take_fact(m, id, idx, &put, err);
    if (st == BIP_OK && m->roots[root - 1].identity != m->open->identity)
        st = refuse(m, id, "disputes an assessment of another identity", err);
    if (st != BIP_OK || !put)
        return st;
    bip__id_read(of, strlen(of), root_id, &row.root_idx);
    row.root_entry = find_entry(m, root_id)->n;
    row.person = m->person;
    row.entry = m->open_entry->n;
    row.body = m->canonical.data;
    row.body_n = m->canonical.len;
    return m->api->facts_put(m->storage, &row, 1, err);
}

static bip_status find_words(bip__merge *m, const bip__version *version, int32_t respondent, const char *rater,
                             bip__assessment_row *row, bip_error *err)
{
    const char *code = version->def->respondents[respondent].code;
    bip_status st = BIP_OK;
    row->respondent = version->words[respondent];
    if (row->respondent == 0) {
        st = m->api->word_add(m->storage, BIP__WORD_RESPONDENT, code, &row->respondent, err);
        if (st == BIP_OK)
            bip__catalogue_learn(m->context->catalogue, code, row->respondent);
    }
    if (st == BIP_OK && rater != NULL)
        st = m->api->word_add(m->storage, BIP__WORD_RATER, rater, &row->rater, err);
    return st;
}

static void count_assessment(bip__merge *m, const bip__assessment_fact *f, bool put)
{
    m->result.revisions += put && f->of != NULL;
    m->result.assessments += put && f->of == NULL;
    m->result.known += !put && f->of == NULL;
    m->result.future += put && f->of == NULL && f->date > m->today;
}

bip_status bip__merge_assessment(bip__merge *m, const uint8_t id[BIP__UUID_SIZE], int32_t idx,
                                 const bip__assessment_fact *fact, bip_error *err)
{
    bip__assessment_row row = {.day = fact->date,
                               .idx = idx,
                               .current = 1,
                               .scores = fact->scores,
                               .scores_n = fact->scores_n,
                               .note = fact->note,
                               .note_n = fact->note_n,
                               .reason = fact->reason,
                               .reason_n = fact->reason_n};
    const bip__version *version = NULL;
    int32_t respondent = 0;
    bool put = false;
    bip_status st = check_assessment(m, id, fact, &version, &respondent, err);
    if (st != BIP_OK)
        return st;
    bip__out_clear(&m->canonical);
    bip__canon_assessment(&m->canonical, fact);
    st = take_fact(m, id, idx, &put, err);
    if (st == BIP_OK)
        st = find_root(m, id, idx, fact, &row, err);
    if (st != BIP_OK)
        return st;
    count_assessment(m, fact, put);
    if (!put)
        return BIP_OK;
    row.person = m->person;
    row.entry = m->open_entry->n;
    row.instrument = version->n;
    if (fact->of == NULL)
        row.root_entry = row.entry;
    st = find_words(m, version, respondent, fact->rater, &row, err);
    return st == BIP_OK ? m->api->assessments_put(m->storage, &row, 1, err) : st;
}

/* ------------------------------------------------------------ the end */

/* Only now are the numbers of all identities known. */
static bip_status put_leaves(bip__merge *m, const entry *e, bip_error *err)
{
    bip_status st = BIP_OK;
    for (size_t k = 0; st == BIP_OK && k < e->n_leaves; k++) {
        const leaf *l = &m->leaves[e->leaves + k];
        const identity *i = l->identity >= 0 ? &m->identities[l->identity] : NULL;
        bip__leaf_row row = {.entry = e->n, .pos = l->pos, .identity = i != NULL ? i->n : 0};
        memcpy(row.hash, l->hash, sizeof row.hash);
        if (!l->seen && (i == NULL || !i->erased))
            return refuse(m, e->id, "its facts are missing", err);
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
