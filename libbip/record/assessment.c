#include "base/number.h"
#include "read/ancestry.h"
#include "record/record.h"

#include <math.h>
#include <string.h>

/* ------------------------------------------------------------ keys */

static bip_status word_is(bip__storage *storage, int32_t word, const char *text, bool *same, bip_error *err)
{
    const char *lent = "";
    bip_status st = word == 0 ? BIP_OK : storage->api->word_text(storage, word, &lent, err);
    *same = st == BIP_OK && strcmp(lent, text == NULL ? "" : text) == 0;
    return st;
}

static bip_status holder_take(bip__arena *arena, const bip__version *v, const bip__assessment_row *row,
                              bip__holder *out, bip_error *err)
{
    *out = (bip__holder){.held = true,
                         .version = v,
                         .entry = row->entry,
                         .idx = row->idx,
                         .root_entry = row->root_entry,
                         .root_idx = row->root_idx,
                         .scores_n = row->scores_n,
                         .note_n = row->note_n};
    out->scores = bip__arena_strndup(arena, row->scores == NULL ? "" : row->scores, row->scores_n);
    if (row->note != NULL)
        out->note = bip__arena_strndup(arena, row->note, row->note_n);
    return out->scores == NULL || (row->note != NULL && out->note == NULL) ? bip__nomem(err) : BIP_OK;
}

/* Two stores may have recorded one key each before they were merged: the one recorded last holds it, alike in every
 * copy, and its numbers are those that count on that day. */
static bip_status take_later(bip__context *c, bip__arena *arena, const bip__version *v, const bip__assessment_row *row,
                             bip__holder *out, bip_error *err)
{
    int order = -1;
    bip_status st = BIP_OK;
    if (out->held)
        st = bip__recorded_order(c, out->root_entry, out->root_idx, row->root_entry, row->root_idx, &order, err);
    return st == BIP_OK && order < 0 ? holder_take(arena, v, row, out, err) : st;
}

bip_status bip__holder_find(bip__context *c, bip__arena *arena, int32_t person, bip_date day, const char *instrument,
                            const char *respondent, const char *rater, bip__holder *out, bip_error *err)
{
    bip__storage *storage = c->storage;
    const bip__catalogue *catalogue;
    bip__rows *rows = NULL;
    bip__assessment_row row;
    *out = (bip__holder){0};
    bip_status st = bip__context_catalogue(c, &catalogue, err);
    if (st == BIP_OK)
        st = storage->api->assessments(storage, person, day, day, false, &rows, err);
    while (st == BIP_OK && (st = storage->api->next_assessment(rows, &row, err)) == BIP_OK) {
        const bip__version *v = bip__catalogue_number(catalogue, row.instrument);
        bool same_respondent = false, same_rater = false;
        if (row.scores == NULL || v == NULL || strcmp(v->def->code, instrument) != 0)
            continue;
        st = word_is(storage, row.respondent, respondent, &same_respondent, err);
        if (st == BIP_OK)
            st = word_is(storage, row.rater, rater, &same_rater, err);
        if (st == BIP_OK && same_respondent && same_rater)
            st = take_later(c, arena, v, &row, out, err);
    }
    storage->api->close_rows(rows);
    return st == BIP_DONE ? BIP_OK : st;
}

/* ------------------------------------------------------------ ids */

/* Whose fact an id names. The entry of an open change is not in storage yet, nor is its last leaf. */
static bip_status owner_of(bip__change *change, const char *id, int64_t *entry, int32_t *idx, int32_t *person,
                           bip_error *err)
{
    bip__storage *storage = change->context->storage;
    uint8_t uuid[BIP__UUID_SIZE];
    bip__entry_row row = change->entry;
    bip__leaf_row leaf;
    bip__identity_row identity;
    bip_status st = BIP_OK;
    if (!bip__id_read(id, strlen(id), uuid, idx))
        return BIP_E_NOT_FOUND;
    bool own = change->begun && memcmp(uuid, row.id, sizeof uuid) == 0;
    if (!own)
        st = storage->api->entry_find(storage, uuid, &row, err);
    if (st != BIP_OK)
        return st;
    *entry = row.n;
    *person = change->run_person;
    if (own && change->in_run && *idx >= change->run_pos)
        return *person == 0 ? BIP_E_NOT_FOUND : BIP_OK;
    st = storage->api->leaf_over(storage, row.n, *idx, &leaf, err);
    if (st == BIP_OK)
        st = leaf.identity == 0 ? BIP_E_NOT_FOUND : storage->api->identity_get(storage, leaf.identity, &identity, err);
    if (st == BIP_OK)
        *person = identity.person;
    return st == BIP_OK && *person == 0 ? BIP_E_NOT_FOUND : st;
}

/* The row of the revision (entry, idx); its texts are gone. */
static bip_status row_of(bip__change *change, int32_t person, int64_t entry, int32_t idx, bip__assessment_row *out,
                         bip_error *err)
{
    bip__storage *storage = change->context->storage;
    bip__rows *rows = NULL;
    bip__assessment_row row;
    bip_status found = BIP_E_NOT_FOUND;
    bip_status st = storage->api->assessments(storage, person, BIP_NO_DATE, INT32_MAX, true, &rows, err);
    while (st == BIP_OK && (st = storage->api->next_assessment(rows, &row, err)) == BIP_OK) {
        if (row.entry != entry || row.idx != idx)
            continue;
        *out = row;
        found = BIP_OK;
    }
    storage->api->close_rows(rows);
    return st == BIP_DONE ? found : st;
}

static bip_status take_key(bip__context *c, bip__arena *arena, const bip__assessment_row *row, bip__assessment_put *put,
                           bip_error *err)
{
    const bip__catalogue *catalogue;
    const char *rater = NULL;
    bip_status st = bip__context_catalogue(c, &catalogue, err);
    if (st != BIP_OK)
        return st;
    put->day = row->day;
    put->version = bip__catalogue_number(catalogue, row->instrument);
    put->respondent = put->version == NULL ? -1 : bip__version_respondent(put->version, row->respondent);
    if (put->respondent < 0)
        return bip__fail(err, BIP_E_CORRUPT, NULL, "an assessment names an instrument or respondent that is not there");
    if (row->rater == 0)
        return BIP_OK;
    st = c->storage->api->word_text(c->storage, row->rater, &rater, err);
    if (st == BIP_OK && (put->rater = bip__arena_strndup(arena, rater, strlen(rater))) == NULL)
        return bip__nomem(err);
    return st;
}

bip_status bip__holder_by_id(bip__change *change, bip__arena *arena, const char *id, bip__assessment_put *put,
                             bip__holder *out, bip_error *err)
{
    bip__storage *storage = change->context->storage;
    bip__assessment_row named = {0}, row;
    bip__rows *rows = NULL;
    int64_t entry = 0;
    int32_t idx = 0;
    *out = (bip__holder){0};
    *put = (bip__assessment_put){0};
    bip_status st = owner_of(change, id, &entry, &idx, &put->person, err);
    if (st == BIP_OK)
        st = row_of(change, put->person, entry, idx, &named, err);
    if (st == BIP_OK)
        st = take_key(change->context, arena, &named, put, err);
    if (st != BIP_OK)
        return st;
    st = storage->api->assessments(storage, put->person, named.day, named.day, false, &rows, err);
    while (st == BIP_OK && (st = storage->api->next_assessment(rows, &row, err)) == BIP_OK)
        if (row.root_entry == named.root_entry && row.root_idx == named.root_idx) {
            st = holder_take(arena, put->version, &row, out, err);
            out->held = row.scores != NULL;
        }
    storage->api->close_rows(rows);
    return st == BIP_DONE ? BIP_OK : st;
}

/* ------------------------------------------------------------ writing */

bip_status bip__fact_id(const bip__context *c, int64_t entry, int32_t idx, char id[BIP_ID_SIZE], bip_error *err)
{
    bip__entry_row row;
    bip_status st = bip__context_entry(c, entry, &row, err);
    if (st == BIP_OK)
        bip__id_print(row.id, idx, id);
    return st;
}

/* The canonical form of a first revision, with a beginning that was printed before where there is one. */
static void print_new(bip__change *change, const bip__assessment_put *in, const bip__assessment_fact *fact)
{
    bip__head *head = &change->heads[in->respondent % BIP__HEADS];
    if (head->version != in->version->n || head->respondent != in->respondent) {
        bip__out_clear(&head->text);
        bip__canon_assessment_head(&head->text, fact);
        head->version = head->text.status == BIP_OK ? in->version->n : 0;
        head->respondent = in->respondent;
    }
    if (head->version == 0) /* no memory for it */
        change->canonical.status = head->text.status;
    else
        bip__out_bytes(&change->canonical, head->text.data, head->text.len);
    bip__canon_assessment_rest(&change->canonical, fact);
}

/* holder NULL: a first revision. */
static bip_status hash_assessment(bip__change *change, const bip__assessment_put *in, const bip__holder *holder,
                                  int32_t *idx, bip_error *err)
{
    bip__out *canonical = &change->canonical;
    char of[BIP_ID_SIZE];
    bip_status st = BIP_OK;
    if (holder != NULL)
        st = bip__fact_id(change->context, holder->root_entry, holder->root_idx, of, err);
    const bip__instrument *def = in->version->def;
    bip__assessment_fact fact = {.of = holder == NULL ? NULL : of,
                                 .instrument = def->code,
                                 .version = def->version,
                                 .respondent = def->respondents[in->respondent].code,
                                 .rater = in->rater,
                                 .date = in->day,
                                 .scores = in->scores,
                                 .scores_n = in->scores_n,
                                 .note = in->note,
                                 .note_n = in->note_n,
                                 .reason = change->reason,
                                 .reason_n = change->reason == NULL ? 0 : strlen(change->reason)};
    bip__out_clear(canonical);
    if (holder == NULL)
        print_new(change, in, &fact);
    else
        bip__canon_assessment(canonical, &fact);
    if (st == BIP_OK)
        st = bip__out_finish(canonical, err);
    if (st != BIP_OK)
        return st;
    return holder == NULL ? bip__change_fact(change, in->person, canonical->data, canonical->len, idx, err)
                          : bip__change_later_fact(change, in->person, holder->root_entry, holder->root_idx,
                                                   canonical->data, canonical->len, idx, err);
}

bip_status bip__words_add(bip__context *c, const bip__version *version, int32_t respondent, const char *rater,
                          bip__assessment_row *row, bip_error *err)
{
    const bip__storage_api *api = c->storage->api;
    const char *code = version->def->respondents[respondent].code;
    bip_status st = BIP_OK;
    row->respondent = version->words[respondent];
    if (row->respondent == 0) { /* the first time anybody records with it: the catalogue learns the word */
        st = api->word_add(c->storage, BIP__WORD_RESPONDENT, code, &row->respondent, err);
        if (st == BIP_OK)
            bip__catalogue_learn(c->catalogue, code, row->respondent);
    }
    if (st == BIP_OK && rater != NULL && rater[0] != '\0')
        st = api->word_add(c->storage, BIP__WORD_RATER, rater, &row->rater, err);
    return st;
}

static bip_status row_for(bip__change *change, const bip__assessment_put *in, const bip__holder *holder, int32_t idx,
                          bip__assessment_row *row, bip_error *err)
{
    *row = (bip__assessment_row){.person = in->person,
                                 .day = in->day,
                                 .entry = change->entry.n,
                                 .idx = idx,
                                 .instrument = in->version->n,
                                 .current = 1,
                                 .root_entry = holder == NULL ? change->entry.n : holder->root_entry,
                                 .root_idx = holder == NULL ? idx : holder->root_idx,
                                 .scores = in->scores,
                                 .scores_n = in->scores_n,
                                 .note = in->note,
                                 .note_n = in->note_n,
                                 .reason = change->reason,
                                 .reason_n = change->reason == NULL ? 0 : strlen(change->reason)};
    bip_status st = bip__words_add(change->context, in->version, in->respondent, in->rater, row, err);
    change->broken |= st != BIP_OK;
    return st;
}

bip_status bip__assessment_insert(bip__change *change, const bip__assessment_put *in, int32_t *idx, bip_error *err)
{
    bip__assessment_row row;
    bip_status st = hash_assessment(change, in, NULL, idx, err);
    if (st == BIP_OK)
        st = row_for(change, in, NULL, *idx, &row, err);
    return st == BIP_OK ? bip__put_assessment(change, &row, err) : st;
}

static bip_status replace(bip__change *change, const bip__assessment_put *in, const bip__holder *holder, int32_t idx,
                          bip_error *err)
{
    bip__storage *storage = change->context->storage;
    bip__assessment_row row;
    bip_status st = row_for(change, in, holder, idx, &row, err);
    if (st == BIP_OK)
        st = storage->api->set_current(storage, in->person, in->day, holder->entry, holder->idx, 0, err);
    change->broken |= st != BIP_OK;
    return st == BIP_OK ? bip__put_assessment(change, &row, err) : st;
}

bip_status bip__assessment_revise(bip__change *change, const bip__assessment_put *in, const bip__holder *holder,
                                  int32_t *idx, bip_error *err)
{
    bip_status st = bip__change_write(change, err);
    if (st == BIP_OK)
        st = hash_assessment(change, in, holder, idx, err);
    return st == BIP_OK ? replace(change, in, holder, *idx, err) : st;
}

/* ------------------------------------------------------------ scores */

bip_status bip__score_check(const bip__indicator *indicator, const bip_score *score, bip_error *err)
{
    char fault[160], number[BIP_NUMBER_SIZE];
    if (score->answer != BIP_NUMBER)
        return score->answer >= BIP_NOT_ASKED && score->answer <= BIP_NOT_APPLICABLE
                   ? BIP_OK
                   : bip__fail(err, BIP_E_REFUSED, indicator->code, "is no kind of answer");
    if (!isfinite(score->number))
        return bip__fail(err, BIP_E_REFUSED, indicator->code, "is not a finite number");
    if (bip__scale_holds(indicator->scale, score->number))
        return BIP_OK;
    bip__scale_describe_fault(indicator->scale, score->number, fault, sizeof fault);
    bip__number_print(score->number, number);
    return bip__fail(err, BIP_E_REFUSED, indicator->code, "%s %s", number, fault);
}

static bip_status find_item(const bip__instrument *def, int32_t respondent, const char *code, int32_t *item,
                            bip_error *err)
{
    int32_t k = bip__instrument_indicator(def, code);
    if (k < 0)
        return bip__fail(err, BIP_E_REFUSED, code, "%s@%s has no such indicator", def->code, def->version);
    *item = bip__instrument_item(def, respondent, k);
    return *item >= 0 ? BIP_OK
                      : bip__fail(err, BIP_E_REFUSED, code, "is not asked of %s", def->respondents[respondent].code);
}

static bip_status find_places(const bip__instrument *def, int32_t respondent, const char *const *indicators, size_t n,
                              int32_t *places, bip_error *err)
{
    for (size_t i = 0; i < n; i++) {
        bip_status st = find_item(def, respondent, indicators[i], &places[i], err);
        if (st != BIP_OK)
            return st;
        for (size_t j = 0; j < i; j++)
            if (places[j] == places[i])
                return bip__fail(err, BIP_E_REFUSED, indicators[i], "is named twice");
    }
    return BIP_OK;
}

bip_status bip__scores_take(const bip__version *v, int32_t respondent, const char *const *indicators,
                            const bip_score *scores, size_t n, bip_score *items, bip_error *err)
{
    const bip__instrument *def = v->def;
    if (indicators == NULL && n != def->n_items[respondent])
        return bip__fail(err, BIP_E_REFUSED, "scores", "%zu scores for the %zu indicators that %s is asked", n,
                         def->n_items[respondent], def->respondents[respondent].code);
    int32_t *places = bip__alloc_zero(n, sizeof *places);
    if (places == NULL)
        return bip__nomem(err);
    bip_status st = indicators == NULL ? BIP_OK : find_places(def, respondent, indicators, n, places, err);
    for (size_t i = 0; st == BIP_OK && i < n; i++) {
        int32_t item = indicators == NULL ? (int32_t)i : places[i];
        st = bip__score_check(&def->indicators[def->items[respondent][item]], &scores[i], err);
        items[item] = scores[i];
    }
    bip__free(places);
    return st;
}
