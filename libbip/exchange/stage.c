#include "exchange/stage.h"

#include "base/bytes.h"
#include "exchange/intake.h"
#include "exchange/packed.h"

#include <string.h>

void bip__stage_free(bip__stage *s)
{
    bip__arena_free(&s->scores);
    bip__spill_free(&s->notes);
    bip__free(s->list);
    bip__free(s->slots);
    *s = (bip__stage){0};
}

static uint8_t *packed_of(bip__staged *s)
{
    return s->apart ? s->scores.many.at : s->scores.few;
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
uint32_t bip__stage_hash(const bip__intake *in, const bip__row_key *key, uint32_t group)
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
    return strcmp(bip__intake_def(in, s->version)->code, bip__intake_def(in, key->version)->code) == 0 &&
           strcmp(bip__intake_def(in, s->version)->respondents[s->respondent].code,
                  bip__intake_def(in, key->version)->respondents[key->respondent].code) == 0;
}

static bool holds(const bip__intake *in, size_t slot, const bip__row_key *key, uint32_t group)
{
    const bip__staged *s = &in->stage.list[in->stage.slots[slot].number - 1];
    return s->group == group && (group != 0 || same_key(in, s, key));
}

/* The slot that holds the assessment of this group, or of this key where group is 0; else the free one. */
static bip__hashed *slot_of(const bip__intake *in, const bip__row_key *key, uint32_t group, uint32_t hash)
{
    const bip__stage *stage = &in->stage;
    size_t i = bip__slots_seek(stage->slots, stage->n_slots, hash, hash);
    while (stage->slots[i].number != 0 && !holds(in, i, key, group))
        i = bip__slots_seek(stage->slots, stage->n_slots, i + 1, hash);
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
    if (!bip__grow_table(&stage->list, &stage->cap, stage->n + 1, sizeof *stage->list))
        return bip__nomem(err);
    stage->list[stage->n++] = *s;
    return BIP_OK;
}

/* ------------------------------------------------------------ whole ones */

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
    const size_t a_n = bip__unpack(bip__staged_scores(a), in->scores, bip__staged_items(in, a));
    const size_t b_n = bip__unpack(bip__staged_scores(b), in->scores, bip__staged_items(in, b));
    if (a_n != b_n || memcmp(bip__staged_scores(a), bip__staged_scores(b), a_n) != 0)
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
    const uint32_t hash = bip__stage_hash(in, key, 0);
    bip_status st = make_room(in, &s, bip__packed_size(in->scores, bip__staged_items(in, &s)), err);
    if (st == BIP_OK)
        st = make_slots(in, err);
    if (st != BIP_OK)
        return st;
    bip__pack(in->scores, bip__staged_items(in, &s), packed_of(&s));
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
    st = make_room(in, begun, bip__staged_items(in, s), err);
    if (st == BIP_OK)
        memset(packed_of(begun), BIP_NOT_ASKED, bip__staged_items(in, s));
    return st;
}

bip_status bip__stage_open(bip__intake *in, const bip__row_key *key, uint32_t group, uint32_t hash, int64_t line,
                           bool has_note, bip_error *err)
{
    if (goes_on_with_open(in, key, group))
        return BIP_OK;
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

void bip__stage_hint(const bip__intake *in, uint32_t hash, int step)
{
    const bip__stage *stage = &in->stage;
    const uint32_t number = bip__slots_hint(stage->slots, stage->n_slots, hash, step);
    if (number != 0)
        bip__hint(&stage->list[number - 1]);
}

/* One that is more than a byte moves all, and may do so again: there is room for anything then. */
static bip_status put_wide(bip__intake *in, bip__staged *s, const bip__item_score *score, bip_error *err)
{
    bip__unpack(bip__staged_scores(s), in->scores, bip__staged_items(in, s));
    in->scores[score->item] = score->score;
    bip_status st = make_room(in, s, BIP__PACKED_MOST * bip__staged_items(in, s), err);
    if (st == BIP_OK)
        bip__pack(in->scores, bip__staged_items(in, s), packed_of(s));
    return st;
}

bip_status bip__stage_scores(bip__intake *in, int64_t line, const char *column, const bip__item_score *scores, size_t n,
                             bip_error *err)
{
    bip__staged *s = &in->stage.list[in->stage.open - 1];
    bip_status all = BIP_OK;
    for (size_t i = 0; i < n && (all == BIP_OK || all == BIP_E_REFUSED); i++) {
        bip_status st = BIP_OK;
        uint8_t *place = &packed_of(s)[scores[i].item];
        if (*place == BIP_NOT_ASKED && scores[i].code != BIP__PACKED_WIDE)
            *place = scores[i].code;
        else if (*place == BIP_NOT_ASKED)
            st = put_wide(in, s, &scores[i], err);
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
        const uint32_t hash = bip__stage_hash(in, &key, 0);
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
