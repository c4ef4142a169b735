#include "exchange/stage.h"

#include "base/bytes.h"
#include "exchange/intake.h"
#include "exchange/packed.h"
#include "model/score.h"

#include <stdlib.h>
#include <string.h>

void bip__stage_free(bip__stage *s)
{
    bip__arena_free(&s->scores);
    bip__spill_free(&s->notes);
    bip__free(s->list);
    bip__free(s->slots);
    *s = (bip__stage){0};
}

static const bip__instrument *def_of(const bip__intake *in, int32_t version)
{
    return in->catalogue->versions[version].def;
}

static const char *respondent_of(const bip__intake *in, int32_t version, int32_t respondent)
{
    return def_of(in, version)->respondents[respondent].code;
}

static const char *rater_of(const bip__intake *in, const bip__staged *s)
{
    return s->rater != 0 ? bip__intern_text(&in->raters, s->rater) : NULL;
}

static const uint8_t *scores_of(const bip__staged *s)
{
    return s->apart ? s->scores.many.at : s->scores.few;
}

static uint8_t *packed_of(bip__staged *s)
{
    return s->apart ? s->scores.many.at : s->scores.few;
}

static size_t items_of(const bip__intake *in, const bip__staged *s)
{
    return def_of(in, s->version)->n_items[s->respondent];
}

/* ------------------------------------------------------------ finding by key */

static bip__row_key key_of(const bip__staged *s)
{
    return (bip__row_key){.person = s->person,
                          .day = s->day,
                          .version = s->version,
                          .named = s->named,
                          .respondent = s->respondent,
                          .rater = s->rater};
}

/* The same for equal keys, whatever the version. */
static uint32_t hash_of(const bip__intake *in, const bip__row_key *key, uint32_t group)
{
    static const uint64_t odd = UINT64_C(0x9E3779B97F4A7C15);
    const uint32_t role = in->vocabularies[key->version].roles[key->respondent];
    uint64_t h = ((uint64_t)key->person << 32 | (uint32_t)key->day) * odd;
    if (group != 0)
        h = group * odd;
    else
        h = (h ^ (h >> 32) ^ ((uint64_t)key->rater << 32 | role)) * odd;
    return (uint32_t)(h >> 32 ^ h);
}

/* The key holds the codes of instrument and respondent, whatever the version. */
static bool same_key(const bip__intake *in, const bip__staged *s, const bip__row_key *key)
{
    if (s->person != key->person || s->day != key->day || s->rater != key->rater)
        return false;
    if (s->version == key->version)
        return s->respondent == key->respondent;
    return strcmp(def_of(in, s->version)->code, def_of(in, key->version)->code) == 0 &&
           strcmp(respondent_of(in, s->version, s->respondent), respondent_of(in, key->version, key->respondent)) == 0;
}

/* The slot that holds the assessment of this group, or of this key where group is 0; else the free one. */
static bip__hashed *slot_of(const bip__intake *in, const bip__row_key *key, uint32_t group, uint32_t hash)
{
    const bip__stage *stage = &in->stage;
    size_t i = hash & (stage->n_slots - 1);
    for (; stage->slots[i].number != 0; i = (i + 1) & (stage->n_slots - 1)) {
        const bip__staged *s = &stage->list[stage->slots[i].number - 1];
        if (stage->slots[i].hash == hash && s->group == group && (group != 0 || same_key(in, s, key)))
            break;
    }
    return &stage->slots[i];
}

/* Room for one more. */
static bip_status make_slots(bip__intake *in, bip_error *err)
{
    bip__stage *stage = &in->stage;
    if (stage->n_slots > 2 * stage->n || bip__slots_grow(&stage->slots, &stage->n_slots, 256))
        return BIP_OK;
    return bip__nomem(err);
}

static bip_status append(bip__intake *in, const bip__staged *s, bip_error *err)
{
    bip__stage *stage = &in->stage;
    if (stage->n >= UINT32_MAX - 1)
        return bip__fail(err, BIP_E_REFUSED, NULL, "too many assessments in one file");
    if (!bip__grow(&stage->list, &stage->cap, stage->n + 1, sizeof *stage->list))
        return bip__nomem(err);
    stage->list[stage->n++] = *s;
    return BIP_OK;
}

/* ------------------------------------------------------------ whole ones */

static bool same_text(const char *a, size_t a_n, const char *b, size_t b_n)
{
    return a_n == b_n && (a_n == 0 || memcmp(a, b, a_n) == 0);
}

/* Whether the assessment's note is this one. */
static bip_status same_note(bip__intake *in, const bip__staged *s, const char *note, size_t n, bool *same,
                            bip_error *err)
{
    const char *have = NULL;
    *same = s->note_n == n;
    if (!*same || n == 0)
        return BIP_OK;
    bip_status st = bip__spill_get(&in->stage.notes, s->note, n, &have, err);
    *same = st == BIP_OK && memcmp(have, note, n) == 0;
    return st;
}

/* The note of what is compared with a staged one is in hand. */
static bip_status same_content(bip__intake *in, const bip__staged *a, const bip__staged *b, const char *b_note,
                               bool *same, bip_error *err)
{
    *same = false;
    if (a->version != b->version)
        return BIP_OK;
    const size_t a_n = bip__unpack(scores_of(a), in->scores, items_of(in, a));
    const size_t b_n = bip__unpack(scores_of(b), in->scores, items_of(in, b));
    if (a_n != b_n || memcmp(scores_of(a), scores_of(b), a_n) != 0)
        return BIP_OK;
    *same = true;
    return a->has_note && b->has_note ? same_note(in, a, b_note, b->note_n, same, err) : BIP_OK;
}

/* Two of one key in one file are treated as if the first were in the store. */
static bip_status repeat(bip__intake *in, const bip__staged *first, const bip__staged *again, const char *note,
                         bip_error *err)
{
    bool same;
    bip_status st = same_content(in, first, again, note, &same, err);
    if (st != BIP_OK)
        return st;
    if (same) {
        in->result.known++;
        return BIP_OK;
    }
    return bip__intake_refuse(in, again->line, "", err,
                              "has other content than line %lld, for the same participant, date, respondent and rater",
                              (long long)first->line);
}

/* Room for so many bytes of scores. */
static bip_status make_room(bip__intake *in, bip__staged *s, size_t n, bip_error *err)
{
    if (n <= (s->apart ? s->scores.many.room : sizeof s->scores.few))
        return BIP_OK;
    uint8_t *at = bip__arena_alloc(&in->stage.scores, n);
    if (at == NULL)
        return bip__nomem(err);
    s->scores.many.at = at;
    s->scores.many.room = (uint32_t)n;
    s->apart = true;
    return BIP_OK;
}

static bip__staged staged_of(const bip__row_key *key, uint32_t group, int64_t line, bool has_note)
{
    return (bip__staged){.line = line,
                         .person = key->person,
                         .rater = key->rater,
                         .group = group,
                         .day = key->day,
                         .version = key->version,
                         .respondent = (int16_t)key->respondent,
                         .named = key->named,
                         .has_note = has_note};
}

static bip_status keep_note(bip__intake *in, bip__staged *s, const char *note, size_t n, bip_error *err)
{
    s->note_n = note == NULL ? 0 : (uint32_t)n;
    return note == NULL ? BIP_OK : bip__spill_put(&in->stage.notes, note, n, &s->note, err);
}

bip_status bip__stage_whole(bip__intake *in, const bip__row_key *key, int64_t line, const char *note, size_t note_n,
                            bool has_note, bip_error *err)
{
    bip__staged s = staged_of(key, 0, line, has_note);
    const uint32_t hash = hash_of(in, key, 0);
    bip_status st = make_room(in, &s, bip__packed_size(in->scores, items_of(in, &s)), err);
    if (st == BIP_OK)
        st = make_slots(in, err);
    if (st != BIP_OK)
        return st;
    bip__pack(in->scores, items_of(in, &s), packed_of(&s));
    bip__hashed *slot = slot_of(in, key, 0, hash);
    if (slot->number != 0) {
        s.note_n = note == NULL ? 0 : (uint32_t)note_n;
        return repeat(in, &in->stage.list[slot->number - 1], &s, note, err);
    }
    st = keep_note(in, &s, note, note_n, err);
    if (st == BIP_OK)
        st = append(in, &s, err);
    if (st == BIP_OK)
        *slot = (bip__hashed){(uint32_t)in->stage.n, hash};
    return st;
}

/* ------------------------------------------------------------ gathered from rows */

bip_status bip__stage_note(bip__intake *in, int64_t line, const char *column, const char *note, size_t n,
                           bip_error *err)
{
    bip__staged *s = &in->stage.list[in->stage.open - 1];
    bool same = true;
    if (note == NULL)
        return BIP_OK;
    if (s->note_n == 0)
        return keep_note(in, s, note, n, err);
    bip_status st = same_note(in, s, note, n, &same, err);
    if (st == BIP_OK && !same)
        st = bip__intake_refuse(in, line, column, err,
                                "is another note than that of the assessment that begins on line %lld",
                                (long long)s->line);
    return st;
}

/* The row goes on with what an earlier row began; with groups the key is free to differ, but must not. */
static bip_status go_on(bip__intake *in, const bip__row_key *key, size_t number, int64_t line, bip_error *err)
{
    const bip__staged *s = &in->stage.list[number - 1];
    if (!same_key(in, s, key))
        return bip__intake_refuse(in, line, "", err,
                                  "is of another participant, date, instrument, respondent or rater than line %lld, "
                                  "which has the same assessment",
                                  (long long)s->line);
    if (s->version != key->version)
        return bip__intake_refuse(in, line, "", err, "names another version of the instrument than line %lld",
                                  (long long)s->line);
    in->stage.open = number;
    return BIP_OK;
}

/* Rows of one assessment mostly follow one another: no need to look for it. */
static bool goes_on_with_open(const bip__intake *in, const bip__row_key *key, uint32_t group)
{
    const bip__staged *s = in->stage.open != 0 ? &in->stage.list[in->stage.open - 1] : NULL;
    return s != NULL && s->group == group && s->person == key->person && s->day == key->day && s->rater == key->rater &&
           s->version == key->version && s->respondent == key->respondent;
}

/* One without scores so far. */
static bip_status begin(bip__intake *in, const bip__staged *s, bip_error *err)
{
    bip__stage *stage = &in->stage;
    bip_status st = append(in, s, err);
    if (st != BIP_OK)
        return st;
    bip__staged *begun = &stage->list[stage->n - 1];
    stage->open = stage->n;
    st = make_room(in, begun, items_of(in, s), err);
    if (st == BIP_OK)
        memset(packed_of(begun), BIP_NOT_ASKED, items_of(in, s));
    return st;
}

bip_status bip__stage_open(bip__intake *in, const bip__row_key *key, uint32_t group, int64_t line, bool has_note,
                           bip_error *err)
{
    if (goes_on_with_open(in, key, group))
        return BIP_OK;
    const uint32_t hash = hash_of(in, key, group);
    bip_status st = make_slots(in, err);
    if (st != BIP_OK)
        return st;
    bip__hashed *slot = slot_of(in, key, group, hash);
    if (slot->number != 0)
        return go_on(in, key, slot->number, line, err);
    const bip__staged s = staged_of(key, group, line, has_note);
    st = begin(in, &s, err);
    if (st == BIP_OK)
        *slot = (bip__hashed){(uint32_t)in->stage.n, hash};
    return st;
}

void bip__stage_hint(const bip__intake *in, const bip__row_key *key, uint32_t group, int step)
{
    const bip__stage *stage = &in->stage;
    const bip__hashed *slot = stage->n_slots ? &stage->slots[hash_of(in, key, group) & (stage->n_slots - 1)] : NULL;
    if (slot == NULL || step == 1)
        bip__hint(slot);
    else if (slot->number != 0)
        bip__hint(&stage->list[slot->number - 1]);
}

/* Most are a byte in its place. One that is more moves all, and may do so again: there is room for anything then. */
static bip_status put_score(bip__intake *in, bip__staged *s, const bip__item_score *score, bip_error *err)
{
    const uint8_t code = bip__packed_code(&score->score);
    if (code != BIP__PACKED_WIDE) {
        packed_of(s)[score->item] = code;
        return BIP_OK;
    }
    bip__unpack(scores_of(s), in->scores, items_of(in, s));
    in->scores[score->item] = score->score;
    bip_status st = make_room(in, s, BIP__PACKED_MOST * items_of(in, s), err);
    if (st == BIP_OK)
        bip__pack(in->scores, items_of(in, s), packed_of(s));
    return st;
}

bip_status bip__stage_scores(bip__intake *in, int64_t line, const char *column, const bip__item_score *scores, size_t n,
                             bip_error *err)
{
    bip__staged *s = &in->stage.list[in->stage.open - 1];
    bip_status all = BIP_OK;
    for (size_t i = 0; i < n && (all == BIP_OK || all == BIP_E_REFUSED); i++) {
        bip_status st;
        if (scores_of(s)[scores[i].item] == BIP_NOT_ASKED)
            st = put_score(in, s, &scores[i], err);
        else
            st = bip__intake_refuse(in, line + (int64_t)i, column, err,
                                    "is a second score of this indicator in the assessment that begins on line %lld",
                                    (long long)s->line);
        all = bip__intake_both(all, st);
    }
    return all;
}

/* Both notes are among those kept, which lend one at a time. */
static bip_status repeat_of_group(bip__intake *in, const bip__staged *first, const bip__staged *again, bip_error *err)
{
    const char *note = NULL;
    if (again->note_n > 0) {
        bip_status st = bip__spill_get(&in->stage.notes, again->note, again->note_n, &note, err);
        if (st != BIP_OK)
            return st;
        bip__out_clear(&in->text);
        bip__out_bytes(&in->text, note, again->note_n);
        if (in->text.status != BIP_OK)
            return bip__nomem(err);
        note = in->text.data;
    }
    return repeat(in, first, again, note, err);
}

bip_status bip__stage_compare_groups(bip__intake *in, bip_error *err)
{
    bip__stage *stage = &in->stage;
    const size_t n = stage->n;
    bip_status st, all = BIP_OK;
    if (in->groups.n == 0 || n == 0)
        return BIP_OK;
    memset(stage->slots, 0, stage->n_slots * sizeof *stage->slots);
    stage->n = 0;
    for (size_t i = 0; i < n; i++) {
        bip__staged s = stage->list[i];
        s.group = 0;
        const bip__row_key key = key_of(&s);
        const uint32_t hash = hash_of(in, &key, 0);
        bip__hashed *slot = slot_of(in, &key, 0, hash);
        if (slot->number != 0) {
            st = repeat_of_group(in, &stage->list[slot->number - 1], &s, err);
            if (st != BIP_OK && st != BIP_E_REFUSED)
                return st;
            all = bip__intake_both(all, st);
            continue;
        }
        stage->list[stage->n++] = s; /* moves up where some before it were known */
        *slot = (bip__hashed){(uint32_t)stage->n, hash};
    }
    return all;
}

/* ------------------------------------------------------------ against the store */

/* What the assessment is to be: the file's content where it says something, the holder's elsewhere. Lent by the intake.
 */
typedef struct content {
    const char *scores, *note;
    size_t scores_n, note_n;
    bool changed;
} content;

/* The held score of an item, by its indicator's code where the version is another. */
static bip_score held_score(const bip__intake *in, const bip__staged *s, const bip__holder *h, size_t item)
{
    const bip__instrument *def = def_of(in, s->version), *old = h->version->def;
    const int32_t respondent = bip__instrument_respondent(old, def->respondents[s->respondent].code);
    const char *code = def->indicators[def->items[s->respondent][item]].code;
    const int32_t indicator = bip__instrument_indicator(old, code);
    const int32_t at = respondent < 0 || indicator < 0 ? -1 : bip__instrument_item(old, respondent, indicator);
    return at < 0 ? (bip_score){.answer = BIP_NOT_ASKED} : in->held[at];
}

/* What the file has no column for stays as it is. */
static bip_status merge_scores(bip__intake *in, const bip__staged *s, const bip__holder *h, bip_error *err)
{
    const bip__instrument *def = def_of(in, s->version);
    const bool *covered = in->vocabularies[s->version].covered;
    const int32_t respondent = bip__instrument_respondent(h->version->def, def->respondents[s->respondent].code);
    if (respondent < 0 || !bip__scores_parse(h->scores, h->scores_n, in->held, h->version->def->n_items[respondent]))
        return bip__fail(err, BIP_E_CORRUPT, NULL, "a stored assessment does not fit its instrument");
    for (size_t i = 0; i < items_of(in, s); i++)
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
        bip__unpack(scores_of(s), in->scores, items_of(in, s));
        st = merge_scores(in, s, h, err);
        bip__scores_print(&in->text, in->scores, items_of(in, s));
    } else {
        bip__packed_print(&in->text, scores_of(s), items_of(in, s));
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
    return bip__holder_find(in->context, &in->found, person, s->day, def_of(in, s->version)->code,
                            respondent_of(in, s->version, s->respondent), rater_of(in, s), h, err);
}

static bip_status refuse_changed(bip__intake *in, const bip__staged *s, const bip__holder *h, bip_error *err)
{
    bip__entry_row entry;
    char id[BIP_ID_SIZE];
    bip__storage *storage = in->context->storage;
    bip_status st = storage->api->entry_get(storage, h->root_entry, &entry, err);
    if (st == BIP_E_NOT_FOUND && h->root_entry == in->change->entry.n) {
        entry = in->change->entry; /* of the same change, not yet written */
        st = BIP_OK;
    }
    if (st == BIP_E_NOT_FOUND)
        return bip__fail(err, BIP_E_CORRUPT, NULL, "an assessment names an entry that is not there");
    if (st != BIP_OK)
        return st;
    bip__id_print(entry.id, h->root_idx, id);
    if (def_of(in, s->version) != h->version->def)
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
    if ((w->order = bip__alloc(stage->n * sizeof *w->order)) == NULL)
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

static bip_status write_all(bip__intake *in, writing *w, bip_error *err)
{
    bip_status st = number_people(in, w, err);
    if (st == BIP_OK)
        st = bip__batch_begin(in->change, err);
    for (size_t i = 0; st == BIP_OK && i < in->stage.n; i++)
        st = write_one(in, &in->stage.list[w->order[i]], w, err);
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
