/* What was staged, held against the store and written: all or nothing. */
#include "exchange/stage.h"

#include "base/bytes.h"
#include "exchange/intake.h"
#include "exchange/packed.h"
#include "model/score.h"

#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------ what it means for the store */

/* What the assessment is to be: the file's content where it says something, the holder's elsewhere. Lent by the intake.
 */
typedef struct content {
    const char *scores, *note;
    size_t scores_n, note_n;
    bool changed;
} content;

static bool same_text(const char *a, size_t a_n, const char *b, size_t b_n)
{
    return a_n == b_n && (a_n == 0 || memcmp(a, b, a_n) == 0);
}

static const char *respondent_of(const bip__intake *in, const bip__staged *s)
{
    return bip__intake_def(in, s->version)->respondents[s->respondent].code;
}

static const char *rater_of(const bip__intake *in, const bip__staged *s)
{
    return s->rater != 0 ? bip__intern_text(&in->raters, s->rater) : NULL;
}

/* The held score of an item, by its indicator's code where the version is another. */
static bip_score held_score(const bip__intake *in, const bip__staged *s, const bip__holder *h, size_t item)
{
    const bip__instrument *def = bip__intake_def(in, s->version), *old = h->version->def;
    const int32_t respondent = bip__instrument_respondent(old, respondent_of(in, s));
    const char *code = def->indicators[def->items[s->respondent][item]].code;
    const int32_t indicator = bip__instrument_indicator(old, code);
    const int32_t at = respondent < 0 || indicator < 0 ? -1 : bip__instrument_item(old, respondent, indicator);
    return at < 0 ? (bip_score){.answer = BIP_NOT_ASKED} : in->held[at];
}

/* What the file has no column for stays as it is. */
static bip_status merge_scores(bip__intake *in, const bip__staged *s, const bip__holder *h, bip_error *err)
{
    const bip__instrument *def = bip__intake_def(in, s->version);
    const bool *covered = in->vocabularies[s->version].covered;
    const int32_t respondent = bip__instrument_respondent(h->version->def, respondent_of(in, s));
    if (respondent < 0 || !bip__scores_parse(h->scores, h->scores_n, in->held, h->version->def->n_items[respondent]))
        return bip__fail(err, BIP_E_CORRUPT, NULL, "a stored assessment does not fit its instrument");
    for (size_t i = 0; i < bip__staged_items(in, s); i++)
        if (!covered[def->items[s->respondent][i]])
            in->scores[i] = held_score(in, s, h, i);
    return BIP_OK;
}

/* The file's content. */
static bip_status content_staged(bip__intake *in, const bip__staged *s, const bip__holder *h /* NULL: none */,
                                 content *out, bip_error *err)
{
    bip_status st = BIP_OK;
    *out = (content){.note_n = s->note_n};
    bip__out_clear(&in->text);
    if (h != NULL && in->vocabularies[s->version].covered != NULL) {
        bip__unpack(bip__staged_scores(s), in->scores, bip__staged_items(in, s));
        st = merge_scores(in, s, h, err);
        bip__scores_print(&in->text, in->scores, bip__staged_items(in, s));
    } else {
        bip__packed_print(&in->text, bip__staged_scores(s), bip__staged_items(in, s));
    }
    if (st == BIP_OK && in->text.status != BIP_OK)
        st = bip__nomem(err);
    out->scores = in->text.data;
    out->scores_n = in->text.len;
    if (st == BIP_OK && s->note_n > 0)
        st = bip__spill_get(&in->stage.notes, s->note, s->note_n, &out->note, err);
    return st;
}

static bip_status content_of(bip__intake *in, const bip__staged *s, const bip__holder *h, content *out, bip_error *err)
{
    if (!h->held)
        return content_staged(in, s, NULL, out, err);
    bip_status st = content_staged(in, s, h, out, err);
    if (!s->has_note) {
        out->note = h->note;
        out->note_n = h->note_n;
    }
    const int32_t n = in->catalogue->versions[s->version].n;
    out->changed = n != h->version->n || !same_text(out->scores, out->scores_n, h->scores, h->scores_n) ||
                   !same_text(out->note, out->note_n, h->note, h->note_n);
    return st;
}

static bip_status find_holder(bip__intake *in, const bip__staged *s, bip__holder *h, bip_error *err)
{
    const int32_t person = in->arrivals[s->person - 1].person;
    *h = (bip__holder){0};
    if (person == 0)
        return BIP_OK;
    bip__arena_reset(&in->found);
    return bip__holder_find(in->context, &in->found, person, s->day, bip__intake_def(in, s->version)->code,
                            respondent_of(in, s), rater_of(in, s), h, err);
}

static bip_status refuse_changed(bip__intake *in, const bip__staged *s, const bip__holder *h, bip_error *err)
{
    char id[BIP_ID_SIZE];
    bip_status st = bip__fact_id(in->context, h->root_entry, h->root_idx, id, err);
    if (st != BIP_OK)
        return st;
    if (bip__intake_def(in, s->version) != h->version->def)
        return bip__intake_refuse(in, s->line, "", err, "%s holds this with version %s of the instrument", id,
                                  h->version->def->version);
    return bip__intake_refuse(in, s->line, "", err, "%s holds other content for this participant, date and respondent",
                              id);
}

static bip_status judge(bip__intake *in, bip__staged *s, bip_error *err)
{
    bip__holder h;
    content now;
    bip_status st = find_holder(in, s, &h, err);
    if (st == BIP_OK && h.held)
        st = content_of(in, s, &h, &now, err);
    if (st != BIP_OK)
        return st;
    s->verdict = !h.held ? BIP__VERDICT_NEW : now.changed ? BIP__VERDICT_CHANGED : BIP__VERDICT_KNOWN;
    return s->verdict == BIP__VERDICT_CHANGED && !in->update ? refuse_changed(in, s, &h, err) : BIP_OK;
}

bip_status bip__stage_judge(bip__intake *in, bip_error *err)
{
    bip_status st = BIP_OK, all = BIP_OK;
    for (size_t i = 0; i < in->stage.n; i++) {
        st = judge(in, &in->stage.list[i], err);
        if (st != BIP_OK && st != BIP_E_REFUSED)
            return st;
        all = bip__intake_both(all, st);
    }
    return all;
}

/* ------------------------------------------------------------ writing */

/* Another process was faster to the lock: who is registered and what is held may be other than it was. Version numbers
 * stay what they are, their places in the catalogue too, since versions are only ever added. */
static bip_status look_again(bip__intake *in, bip_error *err)
{
    bip__storage *storage = in->context->storage;
    for (size_t i = 0; i < in->people.n; i++) {
        const char *code = bip__intern_text(&in->people, (uint32_t)i + 1);
        bip_status st = BIP_OK;
        if (in->arrivals[i].person == 0)
            st = storage->api->person_find(storage, code, &in->arrivals[i].person, err);
        if (st != BIP_OK && st != BIP_E_NOT_FOUND)
            return st;
    }
    return bip__stage_judge(in, err);
}

/* A busy store may change each time; what is left is looked at behind the lock. */
#define TRIES 3

bip_status bip__stage_settle(bip__intake *in, int64_t *generation, bip_error *err)
{
    bip__storage *storage = in->context->storage;
    bip_status st = BIP_OK;
    for (int i = 0; st == BIP_OK && i < TRIES; i++) {
        const int64_t before = *generation;
        if ((st = storage->api->snapshot(storage, err)) != BIP_OK)
            break;
        st = storage->api->generation(storage, generation, err);
        if (st == BIP_OK && *generation != before)
            st = bip__context_catalogue(in->context, &in->catalogue, err);
        if (st == BIP_OK && *generation != before)
            st = look_again(in, err);
        storage->api->release(storage);
        if (*generation == before)
            break;
    }
    return st;
}

/* The order of writing: people by their number, those to be registered after them in the order of the file; of one
 * person as in the file. */
typedef struct writing {
    uint32_t *order;    /* indices in the list */
    uint32_t *arrivals; /* those who have any, from 0, in that order */
    size_t n_arrivals, n_new;
    int32_t next; /* of those registered here: the first whose fact isn't there yet */
} writing;

static void writing_free(writing *w)
{
    bip__free(w->order);
    bip__free(w->arrivals);
    *w = (writing){0};
}

typedef struct place {
    int32_t person;
    uint32_t arrival;
} place;

static int by_person(const void *a, const void *b)
{
    const place *x = a, *y = b;
    return (x->person > y->person) - (x->person < y->person);
}

/* Those who have a number, then the others as they came. */
static bool sort_people(const bip__intake *in, const uint32_t *counts, writing *w)
{
    const uint32_t n = (uint32_t)in->people.n;
    place *known = bip__alloc(n * sizeof *known);
    size_t n_known = 0;
    w->arrivals = bip__alloc(n * sizeof *w->arrivals);
    for (uint32_t i = 0; known != NULL && i < n; i++)
        if (counts[i] > 0 && in->arrivals[i].person != 0)
            known[n_known++] = (place){in->arrivals[i].person, i};
    if (known != NULL && n_known > 1)
        qsort(known, n_known, sizeof *known, by_person);
    if (known == NULL || w->arrivals == NULL) {
        bip__free(known);
        return false;
    }
    for (size_t i = 0; i < n_known; i++)
        w->arrivals[w->n_arrivals++] = known[i].arrival;
    for (uint32_t i = 0; i < n; i++)
        if (counts[i] > 0 && in->arrivals[i].person == 0)
            w->arrivals[w->n_arrivals++] = i;
    w->n_new = w->n_arrivals - n_known;
    bip__free(known);
    return true;
}

/* Without a comparison: a file in no order has a million of them. The counts become places. */
static bool sort_assessments(const bip__intake *in, uint32_t *counts, writing *w)
{
    const bip__stage *stage = &in->stage;
    uint32_t at = 0;
    if ((w->order = bip__alloc_table(stage->n * sizeof *w->order)) == NULL)
        return false;
    for (size_t i = 0; i < w->n_arrivals; i++) {
        const uint32_t n = counts[w->arrivals[i]];
        counts[w->arrivals[i]] = at;
        at += n;
    }
    for (size_t i = 0; i < stage->n; i++)
        w->order[counts[stage->list[i].person - 1]++] = (uint32_t)i;
    return true;
}

static bip_status sort_by_person(const bip__intake *in, writing *w, bip_error *err)
{
    uint32_t *counts = bip__alloc_zero(in->people.n, sizeof *counts);
    writing_free(w);
    for (size_t i = 0; counts != NULL && i < in->stage.n; i++)
        counts[in->stage.list[i].person - 1]++;
    const bool sorted = counts != NULL && sort_people(in, counts, w) && sort_assessments(in, counts, w);
    bip__free(counts);
    return sorted ? BIP_OK : bip__nomem(err);
}

/* All at once, which is much faster than each before what is written of them. */
static bip_status number_people(bip__intake *in, writing *w, bip_error *err)
{
    const uint32_t *newcomers = w->arrivals + w->n_arrivals - w->n_new;
    if (w->n_new == 0) {
        w->next = INT32_MAX;
        return BIP_OK;
    }
    const char **codes = bip__alloc(w->n_new * sizeof *codes);
    for (size_t i = 0; codes != NULL && i < w->n_new; i++)
        codes[i] = bip__intern_text(&in->people, newcomers[i] + 1);
    bip_status st =
        codes != NULL ? bip__participants_number(in->change, codes, w->n_new, &w->next, err) : bip__nomem(err);
    for (size_t i = 0; st == BIP_OK && i < w->n_new; i++)
        in->arrivals[newcomers[i]].person = w->next + (int32_t)i;
    in->result.participants += (int64_t)w->n_new;
    bip__free(codes);
    return st;
}

/* The fact that registers somebody stands before all others of theirs. */
static bip_status register_person(bip__intake *in, uint32_t arrival, writing *w, bip_error *err)
{
    const int32_t person = in->arrivals[arrival - 1].person;
    if (person < w->next)
        return BIP_OK;
    w->next = person + 1;
    return bip__participant_fact(in->change, person, bip__intern_text(&in->people, arrival), BIP_NO_DATE, err);
}

static bip__assessment_put put_of(const bip__intake *in, const bip__staged *s, const content *now)
{
    return (bip__assessment_put){.person = in->arrivals[s->person - 1].person,
                                 .day = s->day,
                                 .version = &in->catalogue->versions[s->version],
                                 .respondent = s->respondent,
                                 .rater = rater_of(in, s),
                                 .note = now->note,
                                 .note_n = now->note_n,
                                 .scores = now->scores,
                                 .scores_n = now->scores_n};
}

static bip_status write_new(bip__intake *in, const bip__staged *s, bip_error *err)
{
    content now;
    int32_t idx;
    bip_status st = content_staged(in, s, NULL, &now, err);
    if (st != BIP_OK)
        return st;
    const bip__assessment_put put = put_of(in, s, &now);
    return bip__assessment_insert(in->change, &put, &idx, err);
}

/* What is held must be looked up, with all that was written of the person before. */
static bip_status write_changed(bip__intake *in, const bip__staged *s, bip_error *err)
{
    bip__holder h;
    content now;
    int32_t idx;
    bip_status st = bip__batch_write(in->change, err);
    if (st == BIP_OK)
        st = find_holder(in, s, &h, err);
    if (st == BIP_OK)
        st = content_of(in, s, &h, &now, err);
    if (st != BIP_OK)
        return st;
    const bip__assessment_put put = put_of(in, s, &now);
    return h.held ? bip__assessment_revise(in->change, &put, &h, &idx, err)
                  : bip__assessment_insert(in->change, &put, &idx, err);
}

static bip_status write_one(bip__intake *in, const bip__staged *s, writing *w, bip_error *err)
{
    if (s->verdict == BIP__VERDICT_KNOWN)
        return BIP_OK;
    bip_status st = register_person(in, s->person, w, err);
    if (st != BIP_OK)
        return st;
    return s->verdict == BIP__VERDICT_CHANGED ? write_changed(in, s, err) : write_new(in, s, err);
}

static void count(bip__intake *in, const bip__staged *s)
{
    in->result.added += s->verdict == BIP__VERDICT_NEW;
    in->result.known += s->verdict == BIP__VERDICT_KNOWN;
    in->result.changed += s->verdict == BIP__VERDICT_CHANGED;
    in->result.future += s->verdict != BIP__VERDICT_KNOWN && s->day > in->today;
}

/* The order of writing is another than that of the file: what comes so many later is asked for now. */
#define AHEAD 8

static void hint_ahead(const bip__intake *in, const writing *w, size_t i)
{
    if (i + AHEAD < in->stage.n)
        bip__hint(&in->stage.list[w->order[i + AHEAD]]);
}

static bip_status write_all(bip__intake *in, writing *w, bip_error *err)
{
    bip_status st = number_people(in, w, err);
    if (st == BIP_OK)
        st = bip__batch_begin(in->change, err);
    for (size_t i = 0; st == BIP_OK && i < in->stage.n; i++) {
        hint_ahead(in, w, i);
        st = write_one(in, &in->stage.list[w->order[i]], w, err);
    }
    if (st == BIP_OK)
        st = bip__batch_end(in->change, err);
    in->change->broken |= st != BIP_OK; /* half of it may be there */
    return st;
}

static bool nothing_to_write(const bip__intake *in)
{
    for (size_t i = 0; i < in->stage.n; i++)
        if (in->stage.list[i].verdict != BIP__VERDICT_KNOWN)
            return false;
    return true;
}

/* Behind the lock: what others have done meanwhile, then the writing. */
static bip_status write_locked(bip__intake *in, int64_t generation, writing *w, bip_error *err)
{
    int64_t now = 0;
    bip_status st = bip__change_write(in->change, err);
    if (st == BIP_OK)
        st = bip__context_catalogue(in->context, &in->catalogue, err);
    if (st == BIP_OK)
        st = in->context->storage->api->generation(in->context->storage, &now, err);
    if (st == BIP_OK && now != generation) {
        st = look_again(in, err);
        if (st == BIP_OK)
            st = sort_by_person(in, w, err);
    }
    return st == BIP_OK ? write_all(in, w, err) : st;
}

bip_status bip__stage_write(bip__intake *in, int64_t generation, bip_error *err)
{
    bip_status st = BIP_OK;
    if (!nothing_to_write(in)) {
        writing w = {0};
        st = sort_by_person(in, &w, err); /* before the store is locked */
        if (st == BIP_OK)
            st = write_locked(in, generation, &w, err);
        writing_free(&w);
    }
    for (size_t i = 0; st == BIP_OK && i < in->stage.n; i++)
        count(in, &in->stage.list[i]);
    return st;
}
