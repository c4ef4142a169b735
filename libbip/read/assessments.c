#include "read/assessments.h"

#include "model/score.h"
#include "read/ancestry.h"
#include "read/people.h"
#include "read/sweep.h"
#include "store/canon.h"

#include <string.h>

/* An entry looked up before. An import is one entry for all of its assessments, recording one for each. */
#define KNOWN 64
typedef struct known_entry {
    bip__entry_row row; /* n 0: none */
    const char *actor;
} known_entry;

struct bip__assessments {
    bip__context *context;
    const bip_query *query;
    const bip__catalogue *catalogue;
    bip_date as_of;
    bip__walk walk;
    bip__sweep sweep;
    const char *code;
    bip__assessment_row *rows; /* those of the participant in hand that pass the filters; texts are the sweep's */
    size_t n, cap, at;
    int32_t person;
    bip__stored stored;
    bip_assessment record;
    char id[BIP_ID_SIZE];
    const char **indicators;
    bip_score *scores;
    size_t items_cap, scores_cap;
    known_entry entries[KNOWN]; /* by number, modulo */
};

static bip_status check_filters(bip__assessments *r, bip_error *err)
{
    const char *codes[] = {r->query->respondent, r->query->for_role};
    bool named, found;
    if (r->query->instrument != NULL && bip__catalogue_find(r->catalogue, r->query->instrument, &named) == NULL)
        return bip__fail(err, BIP_E_NOT_FOUND, r->query->instrument, "no such instrument");
    for (size_t k = 0; k < 2; k++) {
        found = codes[k] == NULL;
        for (size_t i = 0; !found && i < r->catalogue->n; i++)
            found = bip__instrument_respondent(r->catalogue->versions[i].def, codes[k]) >= 0;
        if (!found)
            return bip__fail(err, BIP_E_NOT_FOUND, codes[k], "no instrument has this respondent");
    }
    return BIP_OK;
}

bip_status bip__assessments_open(bip__context *c, const bip_query *query, bip__assessments **out, bip_error *err)
{
    bip__assessments *r = bip__alloc_zero(1, sizeof *r);
    *out = NULL;
    if (r == NULL)
        return bip__nomem(err);
    r->context = r->walk.context = r->sweep.context = c;
    r->query = query;
    r->as_of = query->as_of == BIP_NO_DATE ? bip__context_today(c) : query->as_of;
    bip_status st = bip__context_catalogue(c, &r->catalogue, err);
    if (st == BIP_OK)
        st = check_filters(r, err);
    if (st == BIP_OK)
        st = bip__walk_open(&r->walk, c, query, err);
    if (st != BIP_OK) {
        bip__assessments_close(r);
        return st;
    }
    *out = r;
    return BIP_OK;
}

void bip__assessments_close(bip__assessments *r)
{
    if (r == NULL)
        return;
    bip__walk_close(&r->walk);
    bip__sweep_close(&r->sweep);
    bip__free(r->rows);
    bip__free(r->indicators);
    bip__free(r->scores);
    bip__free(r);
}

/* ------------------------------------------------------------ one participant */

static bool wanted(const bip__assessments *r, const bip__assessment_row *row)
{
    const bip__version *v = bip__catalogue_number(r->catalogue, row->instrument);
    const char *want = r->query->instrument;
    if (v == NULL || want == NULL)
        return true; /* what can't be read is told later, not left out */
    size_t n = strcspn(want, "@");
    return strlen(v->def->code) == n && memcmp(v->def->code, want, n) == 0 &&
           (want[n] == '\0' || strcmp(want + n + 1, v->def->version) == 0);
}

static bip_status keep(bip__assessments *r, const bip__assessment_row *row, bip_error *err)
{
    if (!bip__grow(&r->rows, &r->cap, r->n + 1, sizeof *r->rows))
        return bip__nomem(err);
    r->rows[r->n++] = *row;
    return BIP_OK;
}

/* Rows of one day into the order of recording; of one entry they stand in it. */
static bip_status put_in_order(bip__assessments *r, bip_error *err)
{
    for (size_t i = 1; i < r->n; i++) {
        const bip__assessment_row moving = r->rows[i];
        size_t at = i;
        for (; at > 0 && r->rows[at - 1].day == moving.day; at--) {
            const bip__assessment_row *before = &r->rows[at - 1];
            int order = 0;
            bip_status st = bip__recorded_order(r->context, before->root_entry, before->root_idx, moving.root_entry,
                                                moving.root_idx, &order, err);
            if (st != BIP_OK)
                return st;
            if (order <= 0)
                break;
            r->rows[at] = r->rows[at - 1];
        }
        if (at < i)
            r->rows[at] = moving;
    }
    return BIP_OK;
}

static bip_status read_person(bip__assessments *r, bip_error *err)
{
    const bip__assessment_row *rows;
    size_t n;
    r->n = r->at = 0;
    bip_status st = bip__sweep_to(&r->sweep, r->person, &rows, &n, err);
    for (size_t i = 0; st == BIP_OK && i < n; i++)
        if (rows[i].day <= r->as_of && wanted(r, &rows[i]))
            st = keep(r, &rows[i], err);
    return st == BIP_OK ? put_in_order(r, err) : st;
}

/* ------------------------------------------------------------ one assessment */

static bip_status find_entry(bip__assessments *r, int64_t n, const known_entry **out, bip_error *err)
{
    bip__storage *s = r->context->storage;
    known_entry *known = &r->entries[n % KNOWN];
    *out = known;
    if (known->row.n == n)
        return BIP_OK;
    known_entry entry = {.row = {.n = 0}};
    bip_status st = bip__context_entry(r->context, n, &entry.row, err);
    if (st == BIP_OK)
        st = s->api->word_text(s, entry.row.actor, &entry.actor, err);
    if (st == BIP_OK)
        *known = entry;
    return st;
}

static bip_status fill_trail(bip__assessments *r, const bip__assessment_row *row, bip_error *err)
{
    bip__storage *s = r->context->storage;
    bip__stored *out = &r->stored;
    const known_entry *entry;
    bip_status st = BIP_OK;
    if (out->root.n != row->root_entry && (st = find_entry(r, row->root_entry, &entry, err)) == BIP_OK)
        out->root = entry->row;
    if (st == BIP_OK)
        st = find_entry(r, row->entry, &entry, err);
    if (st != BIP_OK)
        return st;
    out->idx = row->root_idx;
    out->actor = entry->actor;
    out->recorded_ms = entry->row.at_ms;
    out->rater = NULL;
    return row->rater != 0 ? s->api->word_text(s, row->rater, &out->rater, err) : BIP_OK;
}

/* Rows of one day stand in the order of recording, so the holder of a key is the last one that has it. */
static bool yields(const bip__assessments *r, const bip__assessment_row *row, const bip__version *v)
{
    for (const bip__assessment_row *later = row + 1; later < r->rows + r->n && later->day == row->day; later++) {
        const bip__version *other = bip__catalogue_number(r->catalogue, later->instrument);
        if (later->respondent == row->respondent && later->rater == row->rater && other != NULL &&
            strcmp(other->def->code, v->def->code) == 0)
            return true;
    }
    return false;
}

static bip_status fill_stored(bip__assessments *r, const bip__assessment_row *row, bip_error *err)
{
    bip__stored *out = &r->stored;
    const bip__version *v = bip__catalogue_number(r->catalogue, row->instrument);
    int32_t respondent = v == NULL ? -1 : bip__version_respondent(v, row->respondent);
    if (respondent < 0)
        return bip__fail(err, BIP_E_CORRUPT, r->code,
                         "an assessment names an instrument or respondent that is not there");
    out->person = r->person;
    out->participant = r->code;
    out->version = v;
    out->respondent = respondent;
    out->date = row->day;
    out->note = row->note;
    out->note_n = row->note_n;
    out->scores = row->scores;
    out->scores_n = row->scores_n;
    out->revised = row->entry != row->root_entry || row->idx != row->root_idx;
    out->yields = yields(r, row, v);
    return fill_trail(r, row, err);
}

bip_status bip__assessments_next_stored(bip__assessments *r, const bip__stored **lent, bip_error *err)
{
    *lent = NULL;
    for (;;) {
        while (r->at < r->n) {
            bip_status st = fill_stored(r, &r->rows[r->at++], err);
            if (st != BIP_OK)
                return st;
            const bip__stored *a = &r->stored;
            if (r->query->respondent != NULL &&
                strcmp(a->version->def->respondents[a->respondent].code, r->query->respondent) != 0)
                continue;
            *lent = a;
            return BIP_OK;
        }
        bip_status st = bip__walk_next(&r->walk, &r->person, &r->code, err);
        if (st == BIP_OK)
            st = read_person(r, err);
        if (st != BIP_OK)
            return st;
    }
}

bip_status bip__assessments_damaged(const bip__stored *a, bip_error *err)
{
    return bip__fail(err, BIP_E_CORRUPT, a->participant, "stored scores can't be read");
}

/* ------------------------------------------------------------ the same as numbers */

static bip_status fill_scores(bip__assessments *r, const bip__stored *a, bip_error *err)
{
    const bip__instrument *def = a->version->def;
    size_t n = def->n_items[a->respondent];
    int32_t role = r->query->for_role == NULL ? -1 : bip__instrument_respondent(def, r->query->for_role);
    if (!bip__grow(&r->indicators, &r->items_cap, n + 1, sizeof *r->indicators) ||
        !bip__grow(&r->scores, &r->scores_cap, n + 1, sizeof *r->scores))
        return bip__nomem(err);
    if (!bip__scores_parse(a->scores, a->scores_n, r->scores, n))
        return bip__assessments_damaged(a, err);
    size_t kept = 0;
    for (size_t k = 0; k < n; k++) {
        const bip__indicator *in = &def->indicators[def->items[a->respondent][k]];
        if (r->query->for_role != NULL && (role < 0 || (in->visible >> role & 1u) == 0))
            continue;
        r->indicators[kept] = in->code;
        r->scores[kept++] = r->scores[k];
    }
    r->record.n = kept;
    r->record.indicators = r->indicators;
    r->record.scores = r->scores;
    return BIP_OK;
}

/* How often it was corrected; few were. */
static bip_status count_revisions(bip__assessments *r, const bip__stored *a, int32_t *n, bip_error *err)
{
    const bip__storage_api *api = r->context->storage->api;
    bip__rows *rows = NULL;
    bip__assessment_row row;
    bip_status st = a->revised
                        ? api->assessments(r->context->storage, a->person, BIP_NO_DATE, r->as_of, true, &rows, err)
                        : BIP_DONE;
    *n = a->revised ? -1 : 0; /* itself */
    while (st == BIP_OK && (st = api->next_assessment(rows, &row, err)) == BIP_OK)
        *n += row.root_entry == a->root.n && row.root_idx == a->idx;
    api->close_rows(rows);
    return st == BIP_DONE ? BIP_OK : st;
}

bip_status bip__assessments_next(bip__assessments *r, const bip_assessment **lent, bip_error *err)
{
    const bip__stored *a;
    *lent = NULL;
    bip_status st = bip__assessments_next_stored(r, &a, err);
    if (st != BIP_OK)
        return st;
    bip__id_print(a->root.id, a->idx, r->id);
    r->record = (bip_assessment){.id = r->id,
                                 .participant = a->participant,
                                 .instrument = a->version->def->code,
                                 .version = a->version->def->version,
                                 .respondent = a->version->def->respondents[a->respondent].code,
                                 .rater = a->rater,
                                 .note = a->note,
                                 .actor = a->actor,
                                 .recorded_ms = a->recorded_ms,
                                 .date = a->date};
    st = fill_scores(r, a, err);
    if (st == BIP_OK)
        st = count_revisions(r, a, &r->record.revision, err);
    if (st == BIP_OK)
        *lent = &r->record;
    return st;
}
