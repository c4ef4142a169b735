#include "show/show.h"

#include "base/date.h"
#include "model/json.h"
#include "model/score.h"
#include "read/people.h"
#include "show/reading.h"
#include "store/canon.h"

#include <stdlib.h>
#include <string.h>

/* bip-history-1: every revision of everything about a participant, one a line, in the order of recording. Instrument,
 * respondent and dates of the query don't narrow it. Every line begins
 *   {"schema":"bip-history-1","participant":..,"recorded":TIME,"by":..,"reason":..|null,"current":true|false,
 *    "kind":"assessment"|"participant"|"attribute","action":..,"id":"ENTRY.INDEX"
 * and goes on, by kind:
 *   assessment   (action recorded, corrected, withdrawn)  "of": id of the first revision, null where this is it;
 *                "revision": 0, 1, ..; "instrument", "version", "respondent", "date", "rater"|null;
 *                "scores": an object by indicator code of all that is asked of the respondent, null where withdrawn;
 *                "note"|null
 *   participant  (registered)      "enrolled": date|null
 *   attribute    (set, removed)    "key"; "value"|null */

#define DAY_MS 86400000

/* One revision of one fact, with what its entry says. Texts are in the arena. */
typedef struct event {
    bip__entry_row entry;
    int32_t idx;
    int32_t kind; /* a bip__fact_kind; 0: an assessment */
    int32_t current, revision;
    bip__assessment_row row; /* of an assessment; its root also of the others */
    cJSON *fact;             /* of the others: the canonical form */
} event;

typedef struct teller {
    bip__context *context;
    const bip__catalogue *catalogue;
    const bip__words *words; /* NULL: JSON */
    const char *lang;
    bip__out *o;
    bip__arena arena;
    bip_score *scores;
    size_t scores_cap;
    event *events;
    size_t n_events, cap;
} teller;

static void forget(teller *t)
{
    for (size_t i = 0; i < t->n_events; i++)
        cJSON_Delete(t->events[i].fact);
    t->n_events = 0;
    bip__arena_reset(&t->arena);
}

/* -------------------------------------------------------------------------------------------------------- gathering */

static bip_status entry_of(bip__context *c, int64_t n, bip__entry_row *out, bip_error *err)
{
    bip_status st = c->storage->api->entry_get(c->storage, n, out, err);

    if (st == BIP_E_NOT_FOUND)
        return bip__fail(err, BIP_E_CORRUPT, NULL, "a fact names an entry that is not there");
    return st;
}

static bip_status add_event(teller *t, int64_t entry, int32_t idx, int32_t kind, int32_t current, event **out,
                            bip_error *err)
{
    event *e = NULL;

    if (!bip__grow(&t->events, &t->cap, t->n_events + 1, sizeof *t->events))
        return bip__nomem(err);
    e = &t->events[t->n_events];
    *e = (event){.idx = idx, .kind = kind, .current = current};
    *out = e;
    bip_status st = entry_of(t->context, entry, &e->entry, err);
    t->n_events += st == BIP_OK;
    return st;
}

/* Lent text into the arena; false: no memory. NULL stays NULL. */
static bool keep(teller *t, const char **text, size_t n)
{
    if (*text == NULL)
        return true;
    *text = bip__arena_strndup(&t->arena, *text, n);
    return *text != NULL;
}

static bip_status gather_assessments(teller *t, int32_t person, bip_error *err)
{
    bip__storage *storage = t->context->storage;
    bip__rows *rows = NULL;
    bip__assessment_row row;
    event *e = NULL;
    bip_status st = storage->api->assessments(storage, person, BIP_NO_DATE, INT32_MAX, true, &rows, err);

    while (st == BIP_OK && (st = storage->api->next_assessment(rows, &row, err)) == BIP_OK) {
        if ((st = add_event(t, row.entry, row.idx, 0, row.current, &e, err)) != BIP_OK)
            break;
        e->row = row;
        if (!keep(t, &e->row.scores, row.scores_n) || !keep(t, &e->row.note, row.note_n) ||
            !keep(t, &e->row.reason, row.reason_n))
            st = bip__nomem(err);
    }
    storage->api->close_rows(rows);
    return st == BIP_DONE ? BIP_OK : st;
}

static bip_status gather_facts(teller *t, int32_t person, bip_error *err)
{
    bip__storage *storage = t->context->storage;
    bip__rows *rows = NULL;
    bip__fact_row row;
    event *e = NULL;
    bip_status st = storage->api->facts(storage, person, 0, &rows, err);

    while (st == BIP_OK && (st = storage->api->next_fact(rows, &row, err)) == BIP_OK) {
        if ((st = add_event(t, row.entry, row.idx, row.kind, row.current, &e, err)) != BIP_OK)
            break;
        e->row.root_entry = row.root_entry;
        e->row.root_idx = row.root_idx;
        st = bip__json_parse(row.body, row.body_n, &e->fact, err);
        if (st == BIP_E_REFUSED) /* the library wrote it */
            st = bip__fail(err, BIP_E_CORRUPT, NULL, "a stored fact can't be read");
    }
    storage->api->close_rows(rows);
    return st == BIP_DONE ? BIP_OK : st;
}

static int compare_recorded(const void *pa, const void *pb)
{
    const event *a = pa, *b = pb;
    int order;

    if (a->entry.logical_ms != b->entry.logical_ms)
        return a->entry.logical_ms < b->entry.logical_ms ? -1 : 1;
    if ((order = memcmp(a->entry.id, b->entry.id, sizeof a->entry.id)) != 0)
        return order;
    return (a->idx > b->idx) - (a->idx < b->idx);
}

static int compare_root(const event *a, const event *b)
{
    if ((a->kind == 0) != (b->kind == 0))
        return a->kind == 0 ? -1 : 1;
    if (a->row.root_entry != b->row.root_entry)
        return a->row.root_entry < b->row.root_entry ? -1 : 1;
    return (a->row.root_idx > b->row.root_idx) - (a->row.root_idx < b->row.root_idx);
}

static int compare_revisions(const void *pa, const void *pb)
{
    int order = compare_root(pa, pb);

    return order ? order : compare_recorded(pa, pb);
}

/* Number the revisions of each assessment, then put everything into the order of recording. */
static void order_events(teller *t)
{
    event *e = t->events;

    if (t->n_events == 0)
        return;
    qsort(e, t->n_events, sizeof *e, compare_revisions);
    for (size_t i = 1; i < t->n_events; i++)
        if (e[i].kind == 0 && compare_root(&e[i], &e[i - 1]) == 0)
            e[i].revision = e[i - 1].revision + 1;
    qsort(e, t->n_events, sizeof *e, compare_recorded);
}

/* ------------------------------------------------------------------------------------------------- what an event says
 */

static const char *member(const event *e, const char *key)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(e->fact, key));
}

static const char *reason_of(const event *e)
{
    return e->kind == 0 ? e->row.reason : member(e, "reason");
}

static const char *word(const teller *t, int32_t n, bip_status *st, bip_error *err)
{
    const char *text = NULL;

    if (*st == BIP_OK && n != 0)
        *st = t->context->storage->api->word_text(t->context->storage, n, &text, err);
    return text;
}

/* What an assessment was made with, and its scores (in t->scores) where it has any. */
typedef struct sheet {
    const bip__instrument *def;
    const bip__respondent *respondent;
    const int32_t *items;
    size_t n_items;
} sheet;

static bip_status open_sheet(teller *t, const event *e, sheet *out, bip_error *err)
{
    const bip__version *v = bip__catalogue_number(t->catalogue, e->row.instrument);
    int32_t r = v == NULL ? -1 : bip__version_respondent(v, e->row.respondent);

    if (r < 0)
        return bip__fail(err, BIP_E_CORRUPT, NULL, "an assessment names an instrument or respondent that is not there");
    *out = (sheet){
        .def = v->def, .respondent = &v->def->respondents[r], .items = v->def->items[r], .n_items = v->def->n_items[r]};
    if (e->row.scores == NULL)
        return BIP_OK;
    if (!bip__grow(&t->scores, &t->scores_cap, out->n_items + 1, sizeof *t->scores))
        return bip__nomem(err);
    if (!bip__scores_parse(e->row.scores, e->row.scores_n, t->scores, out->n_items))
        return bip__fail(err, BIP_E_CORRUPT, NULL, "the scores of an assessment can't be read");
    return BIP_OK;
}

/* ------------------------------------------------------------------------------------------------------------- JSON */

static void json_member(bip__out *o, const char *key, const char *text)
{
    bip__out_key(o, key);
    bip__out_json_text(o, text);
}

static void json_scores(bip__out *o, const sheet *s, const bip_score *scores)
{
    bip__out_char(o, '{');
    for (size_t i = 0; i < s->n_items; i++) {
        bip__out_key(o, s->def->indicators[s->items[i]].code);
        if (scores[i].answer == BIP_NUMBER)
            bip__out_number(o, scores[i].number);
        else
            bip__out_json_text(o, bip__answer_word(scores[i].answer));
    }
    bip__out_char(o, '}');
}

static bip_status json_assessment(teller *t, const event *e, bip_error *err)
{
    bip__out *o = t->o;
    bip__entry_row root;
    sheet s;
    char of[BIP_ID_SIZE];
    bip_status st = open_sheet(t, e, &s, err);

    if (st == BIP_OK)
        st = entry_of(t->context, e->row.root_entry, &root, err);
    const char *rater = word(t, e->row.rater, &st, err);
    if (st != BIP_OK)
        return st;
    bip__id_print(root.id, e->row.root_idx, of);
    json_member(o, "of", e->revision > 0 ? of : NULL);
    bip__out_key(o, "revision");
    bip__out_int(o, e->revision);
    json_member(o, "instrument", s.def->code);
    json_member(o, "version", s.def->version);
    json_member(o, "respondent", s.respondent->code);
    bip__out_text(o, ",\"date\":\"");
    bip__out_date(o, e->row.day);
    bip__out_char(o, '"');
    json_member(o, "rater", rater);
    bip__out_key(o, "scores");
    if (e->row.scores == NULL)
        bip__out_text(o, "null");
    else
        json_scores(o, &s, t->scores);
    json_member(o, "note", e->row.note);
    return BIP_OK;
}

static const char *action_of(const event *e)
{
    if (e->kind == BIP__FACT_PARTICIPANT)
        return "registered";
    if (e->kind == BIP__FACT_ATTRIBUTE)
        return member(e, "value") == NULL ? "removed" : "set";
    if (e->row.scores == NULL)
        return "withdrawn";
    return e->revision > 0 ? "corrected" : "recorded";
}

static bip_status json_event(teller *t, const char *code, const event *e, bip_error *err)
{
    static const char *const kinds[] = {"assessment", "participant", "attribute"};
    bip__out *o = t->o;
    char id[BIP_ID_SIZE];
    bip_status st = BIP_OK;
    const char *actor = word(t, e->entry.actor, &st, err);

    if (st != BIP_OK)
        return st;
    bip__out_text(o, "{\"schema\":\"bip-history-1\"");
    json_member(o, "participant", code);
    bip__out_text(o, ",\"recorded\":\"");
    bip__out_time(o, e->entry.at_ms);
    bip__out_char(o, '"');
    json_member(o, "by", actor);
    json_member(o, "reason", reason_of(e));
    bip__out_text(o, e->current ? ",\"current\":true" : ",\"current\":false");
    json_member(o, "kind", kinds[e->kind]);
    json_member(o, "action", action_of(e));
    bip__id_print(e->entry.id, e->idx, id);
    json_member(o, "id", id);
    if (e->kind == BIP__FACT_PARTICIPANT) {
        json_member(o, "enrolled", member(e, "enrolled"));
    } else if (e->kind == BIP__FACT_ATTRIBUTE) {
        json_member(o, "key", member(e, "key"));
        json_member(o, "value", member(e, "value"));
    } else {
        st = json_assessment(t, e, err);
    }
    bip__out_text(o, "}\n");
    return st;
}

/* ------------------------------------------------------------------------------------------------------------- text */

static void say_time(teller *t, int64_t at_ms)
{
    int64_t day = at_ms >= 0 ? at_ms / DAY_MS : -((-at_ms + DAY_MS - 1) / DAY_MS);
    int64_t minutes = (at_ms - day * DAY_MS) / 60000;
    const char clock[] = {(char)('0' + minutes / 600), (char)('0' + minutes / 60 % 10), ':',
                          (char)('0' + minutes / 10 % 6), (char)('0' + minutes % 10)};

    bip__say_date(t->o, t->words, (bip_date)day);
    bip__out_char(t->o, ' ');
    bip__out_bytes(t->o, clock, sizeof clock);
    bip__out_text(t->o, " UTC");
}

static void say_line(teller *t, bip__word key, char name, const char *text)
{
    const bip__fill with = bip__fill_text(name, text);

    if (text == NULL)
        return;
    bip__out_text(t->o, "    ");
    bip__say(t->o, t->words, key, &with, 1);
    bip__out_char(t->o, '\n');
}

static void say_answer(teller *t, const bip__indicator *indicator, const bip_score *score)
{
    static const bip__word words[] = {[BIP_NOT_ASKED] = BIP__W_WORD_NOT_ASKED,
                                      [BIP_DECLINED] = BIP__W_WORD_DECLINED,
                                      [BIP_DONT_KNOW] = BIP__W_WORD_DONT_KNOW,
                                      [BIP_NOT_APPLICABLE] = BIP__W_WORD_NOT_APPLICABLE};
    const char *label;

    bip__out_text(t->o, "    ");
    bip__out_text(t->o, bip__title_get(&indicator->title, t->lang));
    bip__out_text(t->o, ": ");
    if (score->answer != BIP_NUMBER) {
        bip__say_word(t->o, t->words, words[score->answer]);
    } else {
        bip__say_number(t->o, t->words, score->number);
        if ((label = bip__scale_label_get(indicator->scale, score->number, t->lang)) != NULL) {
            bip__out_char(t->o, ' ');
            BIP__SAY(t->o, t->words, QUOTED, bip__fill_text('t', label));
        }
    }
    bip__out_char(t->o, '\n');
}

static bip_status say_assessment(teller *t, const event *e, bip_error *err)
{
    bip__out *o = t->o;
    sheet s;
    bip_status st = open_sheet(t, e, &s, err);
    const char *rater = word(t, e->row.rater, &st, err);

    if (st != BIP_OK)
        return st;
    bip__say_word(o, t->words,
                  e->row.scores == NULL ? BIP__W_WITHDRAWN
                  : e->revision > 0     ? BIP__W_CORRECTED
                                        : BIP__W_RECORDED);
    bip__out_text(o, "\n    ");
    bip__out_text(o, bip__title_get(&s.def->title, t->lang));
    bip__out_text(o, ", ");
    bip__out_text(o, bip__title_get(&s.respondent->title, t->lang));
    bip__out_text(o, ", ");
    bip__say_date(o, t->words, e->row.day);
    if (rater != NULL) {
        bip__out_text(o, ", ");
        BIP__SAY(o, t->words, RATED_BY, bip__fill_text('p', rater));
    }
    bip__out_char(o, '\n');
    for (size_t i = 0; e->row.scores != NULL && i < s.n_items; i++)
        say_answer(t, &s.def->indicators[s.items[i]], &t->scores[i]);
    say_line(t, BIP__W_NOTE, 't', e->row.note);
    return BIP_OK;
}

static void say_registration(teller *t, const event *e)
{
    const char *enrolled = member(e, "enrolled");
    bip_date day;

    bip__say_word(t->o, t->words, BIP__W_REGISTERED);
    if (enrolled != NULL && bip__date_read(enrolled, strlen(enrolled), BIP__DATE_YMD, false, &day) == BIP__DATE_OK) {
        bip__out_text(t->o, ", ");
        BIP__SAY(t->o, t->words, ENROLLED, bip__fill_date('d', day));
    }
    bip__out_char(t->o, '\n');
}

static void say_attribute(teller *t, const event *e)
{
    const char *key = member(e, "key"), *value = member(e, "value");
    const bip__fill with[] = {bip__fill_text('p', key ? key : ""), bip__fill_text('t', value ? value : "")};

    bip__say(t->o, t->words, value == NULL ? BIP__W_ATTRIBUTE_GONE : BIP__W_ATTRIBUTE_SET, with, 2);
    bip__out_char(t->o, '\n');
}

static bip_status say_event(teller *t, const event *e, bip_error *err)
{
    char id[BIP_ID_SIZE];
    bip_status st = BIP_OK;
    const char *actor = word(t, e->entry.actor, &st, err);

    if (st != BIP_OK)
        return st;
    bip__id_print(e->entry.id, e->idx, id);
    bip__out_char(t->o, '\n');
    say_time(t, e->entry.at_ms);
    bip__out_text(t->o, ", ");
    bip__out_text(t->o, actor ? actor : "?");
    bip__out_text(t->o, ": ");
    if (e->kind == BIP__FACT_PARTICIPANT)
        say_registration(t, e);
    else if (e->kind == BIP__FACT_ATTRIBUTE)
        say_attribute(t, e);
    else
        st = say_assessment(t, e, err);
    if (st != BIP_OK)
        return st;
    say_line(t, BIP__W_REASON, 't', reason_of(e));
    bip__out_text(t->o, "    ");
    bip__out_text(t->o, id);
    if (!e->current) {
        bip__out_text(t->o, " (");
        bip__say_word(t->o, t->words, BIP__W_REPLACED);
        bip__out_char(t->o, ')');
    }
    bip__out_char(t->o, '\n');
    return BIP_OK;
}

/* -------------------------------------------------------------------------------------------------------- documents */

static bip_status tell_person(teller *t, int32_t person, const char *code, bip_error *err)
{
    bip_status st = gather_assessments(t, person, err);

    if (st == BIP_OK)
        st = gather_facts(t, person, err);
    if (st != BIP_OK)
        return st;
    order_events(t);
    if (t->words != NULL) {
        BIP__SAY(t->o, t->words, HISTORY_OF, bip__fill_text('p', code));
        bip__out_char(t->o, '\n');
    }
    for (size_t i = 0; st == BIP_OK && i < t->n_events; i++)
        st = t->words == NULL ? json_event(t, code, &t->events[i], err) : say_event(t, &t->events[i], err);
    if (t->words != NULL && st == BIP_OK) {
        if (t->n_events == 0)
            bip__say_word(t->o, t->words, BIP__W_NO_HISTORY);
        bip__out_char(t->o, '\n');
    }
    return st;
}

static bip_status tell_all(teller *t, const bip_query *query, bip_error *err)
{
    bip__walk w;
    const char *code;
    int32_t person;
    bip_status st = bip__context_catalogue(t->context, &t->catalogue, err);

    if (st != BIP_OK || (st = bip__walk_open(&w, t->context, query, err)) != BIP_OK)
        return st;
    while ((st = bip__walk_next(&w, &person, &code, err)) == BIP_OK) {
        st = tell_person(t, person, code, err);
        forget(t);
        if (st != BIP_OK || t->o->status != BIP_OK)
            break;
    }
    bip__walk_close(&w);
    return st == BIP_DONE ? BIP_OK : st;
}

static bip_status tell(bip__context *c, const bip_query *query, const char *options_json, const bip__words *words,
                       bip__out *o, bip_error *err)
{
    teller t = {.context = c, .words = words, .lang = words ? words->lang : NULL, .o = o};
    bip_status st = bip__no_options(options_json, err);

    if (st == BIP_OK && (st = c->storage->api->snapshot(c->storage, err)) == BIP_OK) {
        st = tell_all(&t, query, err);
        c->storage->api->release(c->storage);
    }
    bip__arena_free(&t.arena);
    bip__free(t.scores);
    bip__free(t.events);
    return st;
}

bip_status bip__show_history(bip__context *c, const bip_query *query, const char *options_json, bip__out *o,
                             bip_error *err)
{
    return tell(c, query, options_json, NULL, o, err);
}

bip_status bip__show_history_text(bip__context *c, const bip_query *query, const char *options_json, bip__out *o,
                                  bip_error *err)
{
    const bip__words *words;
    const char *lang = query && query->lang ? query->lang : c->lang[0] ? c->lang : NULL;
    bip_status st = bip__words_find(lang, &words, err);

    return st == BIP_OK ? tell(c, query, options_json, words, o, err) : st;
}
