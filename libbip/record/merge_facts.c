/* The facts of a merge: each goes to its leaf, is checked as if it were recorded here, and put where it is new. */
#include "record/merger.h"

#include "base/date.h"
#include "model/code.h"
#include "model/score.h"

#include <string.h>

/* ------------------------------------------------------------ leaves */

/* The leaf over a fact: the last one whose pos isn't beyond it. */
static bip__merged_leaf *leaf_over(const bip__merge *m, const bip__merged_entry *e, int32_t idx)
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

bip_status bip__merge_end_leaf(bip__merge *m, bip_error *err)
{
    uint8_t hash[BIP_HASH_SIZE];
    if (m->open == NULL)
        return BIP_OK;
    bip__leaf_end(&m->leaf_hash, hash);
    const bool same = memcmp(hash, m->open->hash, sizeof hash) == 0;
    m->open = NULL;
    return same ? BIP_OK : bip__merge_refuse(m, m->open_entry->id, "the facts are not those that were recorded", err);
}

static bip_status open_leaf(bip__merge *m, bip__merged_entry *e, bip__merged_leaf *l, int32_t idx, bip_error *err)
{
    bip_status st = bip__merge_end_leaf(m, err);
    if (st != BIP_OK)
        return st;
    const bip__merged_identity *i = l->identity >= 0 ? &m->identities[l->identity] : NULL;
    if (l->seen || idx != l->pos)
        return bip__merge_refuse(m, e->id, "a fact stands out of order, twice, or is missing", err);
    if (m->code == NULL ? i != NULL : i == NULL || !i->told || i->person != m->serial)
        return bip__merge_refuse(m, e->id, "a fact stands with a participant whose it is not", err);
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
    bip__merged_entry *e = bip__merge_find_entry(m, id);
    bip__merged_leaf *l = e != NULL ? leaf_over(m, e, idx) : NULL;
    bip_status st = bip__out_finish(&m->canonical, err);
    if (st == BIP_OK && l == NULL)
        st = bip__merge_refuse(m, id, "a fact names an entry that does not know it", err);
    if (st == BIP_OK && l != m->open)
        st = open_leaf(m, e, l, idx, err);
    if (st != BIP_OK)
        return st;
    if (idx != m->next_idx)
        return bip__merge_refuse(m, id, "a fact stands out of order, twice, or is missing", err);
    m->next_idx++;
    bip__leaf_add(&m->leaf_hash, m->canonical.data, m->canonical.len);
    *put = e->is_new && (l->identity < 0 || !m->identities[l->identity].erased);
    m->touched |= *put && m->code != NULL;
    return BIP_OK;
}

/* ------------------------------------------------------------ facts */

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
    return bip__merge_refuse_as(m, id, bip__text_check(what, s, n, m->context->national_ids, &why), &why, err);
}

static bip_status check_name(const bip__merge *m, const uint8_t id[BIP__UUID_SIZE], const char *what, const char *s,
                             bip_error *err)
{
    bip_error why;
    return bip__merge_refuse_as(m, id, bip__name_check(what, s, strlen(s), m->context->national_ids, &why), &why, err);
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
        return bip__merge_refuse(m, id, "registers another participant", err);
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
    bool put = false;
    if (m->code == NULL)
        return bip__merge_refuse(m, id, "an attribute of nobody", err);
    if (!bip__code_valid(key, strlen(key)))
        return bip__merge_refuse(m, id, "the attribute's key is no code", err);
    bip_status st = BIP_OK;
    if (value != NULL)
        st = check_name(m, id, "attribute", key, err);
    if (st == BIP_OK)
        st = check_text(m, id, "attribute", value, value != NULL ? strlen(value) : 0, err);
    if (st == BIP_OK && !bip__value_fits(value))
        st = bip__merge_refuse(m, id, "the attribute's value is not one line of at most 200 characters", err);
    if (st == BIP_OK)
        st = check_reason(m, id, reason, err);
    bip__out_clear(&m->canonical);
    bip__canon_attribute(&m->canonical, key, value, reason);
    if (st == BIP_OK)
        st = take_fact(m, id, idx, &put, err);
    return st == BIP_OK && put ? put_envelope(m, BIP__FACT_ATTRIBUTE, idx, BIP_NO_DATE, err) : st;
}

/* ------------------------------------------------------------ instruments */

static bip_status store_instrument(bip__merge *m, const bip__instrument *def, int64_t n, int32_t idx,
                                   const char *reason, bip_error *err)
{
    bip_status st = bip__instrument_store(m->storage, def, n, idx, reason, err);
    bip__context_forget(m->context);
    m->change->wrote_beside = true;
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
        st = bip__merge_refuse(m, id, "an instrument stands with a participant", err);
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

/* ------------------------------------------------------------ erasures */

/* The fact is what erases, here as it did there; that an identity is in the list of the erased only announced it. */
static bip_status erase_identity(bip__merge *m, const uint8_t id[BIP__UUID_SIZE], const uint8_t hash[BIP_HASH_SIZE],
                                 bip_error *err)
{
    bip__identity_row row;
    const uint32_t number = bip__intern_find(&m->identity_hashes, (const char *)hash, BIP_HASH_SIZE);
    bip__merged_identity *i = number != 0 ? &m->identities[number - 1] : NULL;
    if (i == NULL || !i->listed)
        return bip__merge_refuse(m, id, "erases an identity that is not in the list of the erased", err);
    i->said = true;
    bip_status st = m->api->identity_find(m->storage, hash, &row, err);
    if (st == BIP_OK && row.erased)
        return BIP_OK;
    m->change->wrote_beside = true;
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
        st = bip__merge_refuse(m, id, "an erasure stands with a participant", err);
    for (size_t i = 1; st == BIP_OK && i < n; i++)
        if (memcmp(identities[i - 1], identities[i], BIP_HASH_SIZE) >= 0)
            st = bip__merge_refuse(m, id, "the identities of an erasure are not in order", err);
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
        return bip__merge_refuse(m, id, "the scores are not those the instrument asks for", err);
    for (size_t i = 0; i < n; i++) {
        const bip_status st = bip__score_check(&def->indicators[def->items[respondent][i]], &m->scores[i], &why);
        if (st != BIP_OK)
            return bip__merge_refuse(m, id, why.message, err);
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
        return bip__merge_refuse(m, id, "an assessment of nobody", err);
    if (f->of == NULL && f->scores == NULL)
        return bip__merge_refuse(m, id, "withdraws an assessment without saying which", err);
    *version = bip__catalogue_exact(catalogue, f->instrument, f->version);
    if (*version == NULL)
        return bip__merge_refuse(m, id, "an assessment with an instrument that is not there", err);
    *respondent = bip__instrument_respondent((*version)->def, f->respondent);
    if (*respondent < 0)
        return bip__merge_refuse(m, id, "an assessment by a respondent whom the instrument does not have", err);
    if (!bip__date_valid(f->date))
        return bip__merge_refuse(m, id, "an assessment on a day outside the years 1900 to 2199", err);
    if (f->rater != NULL)
        st = bip__name_check("rater", f->rater, strlen(f->rater), m->context->national_ids, &why);
    if (st == BIP_OK)
        st = bip__participant_fits((*version)->def, m->code, &why);
    if (st != BIP_OK)
        return bip__merge_refuse_as(m, id, st, &why, err);
    st = check_text(m, id, "note", f->note, f->note_n, err);
    if (st == BIP_OK)
        st = check_text(m, id, "reason", f->reason, f->reason_n, err);
    return st == BIP_OK ? check_scores(m, id, (*version)->def, *respondent, f, err) : st;
}

/* The number of what stays the same in every revision beside the day; 0: no memory. Each text has been checked, so that
 * they fit, and holds no U+0000. */
static uint32_t key_of(bip__merge *m, const bip__assessment_fact *f)
{
    const char *const texts[] = {f->instrument, f->respondent, f->rater != NULL ? f->rater : ""};
    char key[512];
    size_t n = 0;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const size_t size = strlen(texts[i]) + 1;
        memcpy(key + n, texts[i], size);
        n += size;
    }
    return bip__intern_add(&m->keys, key, n);
}

/* Remember a first revision; find that of a later one. */
static bip_status find_root(bip__merge *m, const uint8_t id[BIP__UUID_SIZE], int32_t idx, const bip__assessment_fact *f,
                            bip__assessment_row *row, bip_error *err)
{
    char own[BIP_ID_SIZE];
    const char *name = f->of != NULL ? f->of : own;
    const size_t before = m->root_ids.n;
    uint8_t entry_id[BIP__UUID_SIZE];
    const uint32_t key = key_of(m, f);
    if (key == 0)
        return bip__nomem(err);
    bip__id_print(id, idx, own);
    if (f->of != NULL) {
        const uint32_t known = bip__intern_find(&m->root_ids, name, strlen(name));
        if (known == 0 || m->roots[known - 1].day != f->date || m->roots[known - 1].identity != m->open->identity)
            return bip__merge_refuse(m, id, "a revision of an assessment that is not there", err);
        if (m->roots[known - 1].key != key)
            return bip__merge_refuse(m, id, "a revision by another respondent or rater, or with another instrument",
                                     err);
        bip__id_read(name, strlen(name), entry_id, &row->root_idx);
        row->root_entry = bip__merge_find_entry(m, entry_id)->n;
        return BIP_OK;
    }
    row->root_idx = idx;
    if (!bip__grow(&m->roots, &m->roots_cap, before + 1, sizeof *m->roots) ||
        bip__intern_add(&m->root_ids, own, strlen(own)) == 0)
        return bip__nomem(err);
    m->roots[before] = (struct bip__merged_root){f->date, m->open->identity, key};
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
        return bip__merge_refuse(m, id, "disputes an assessment that is not there", err);
    if (text[0] == '\0')
        return bip__merge_refuse(m, id, "an objection without a text", err);
    bip_status st = check_text(m, id, "text", text, strlen(text), err);
    if (st == BIP_OK)
        st = check_reason(m, id, reason, err);
    bip__out_clear(&m->canonical);
    bip__canon_dispute(&m->canonical, of, text, reason);
    if (st == BIP_OK)
        st = take_fact(m, id, idx, &put, err);
    if (st == BIP_OK && m->roots[root - 1].identity != m->open->identity)
        st = bip__merge_refuse(m, id, "disputes an assessment of another identity", err);
    if (st != BIP_OK || !put)
        return st;
    bip__id_read(of, strlen(of), root_id, &row.root_idx);
    row.root_entry = bip__merge_find_entry(m, root_id)->n;
    row.person = m->person;
    row.entry = m->open_entry->n;
    row.body = m->canonical.data;
    row.body_n = m->canonical.len;
    return m->api->facts_put(m->storage, &row, 1, err);
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
    st = bip__words_add(m->context, version, respondent, fact->rater, &row, err);
    return st == BIP_OK ? m->api->assessments_put(m->storage, &row, 1, err) : st;
}
