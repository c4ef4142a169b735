#include "show/history.h"

#include "model/score.h"
#include "read/ancestry.h"
#include "read/people.h"
#include "show/reading.h"
#include "show/show.h"
#include "store/canon.h"

#include <stdlib.h>
#include <string.h>

static void forget(bip__teller *t)
{
    for (size_t i = 0; i < t->n_events; i++)
        cJSON_Delete(t->events[i].fact);
    t->n_events = 0;
    bip__arena_reset(&t->arena);
}

/* -------------------------------------------------------------------------------------------------------- gathering */

static bip_status add_event(bip__teller *t, int64_t entry, int32_t idx, int32_t kind, int32_t current, bip__event **out,
                            bip_error *err)
{
    bip__event *e;

    if (!bip__grow(&t->events, &t->cap, t->n_events + 1, sizeof *t->events))
        return bip__nomem(err);
    e = &t->events[t->n_events];
    *e = (bip__event){.idx = idx, .kind = kind, .current = current};
    *out = e;
    bip_status st = bip__context_entry(t->context, entry, &e->entry, err);
    t->n_events += st == BIP_OK;
    return st;
}

/* Lent text into the arena; false: no memory. NULL stays NULL. */
static bool keep(bip__teller *t, const char **text, size_t n)
{
    if (*text == NULL)
        return true;
    *text = bip__arena_strndup(&t->arena, *text, n);
    return *text != NULL;
}

static bip_status gather_assessments(bip__teller *t, int32_t person, bip_error *err)
{
    bip__storage *storage = t->context->storage;
    bip__rows *rows = NULL;
    bip__assessment_row row;
    bip__event *e = NULL;
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

static bip_status gather_facts(bip__teller *t, int32_t person, bip_error *err)
{
    bip__storage *storage = t->context->storage;
    bip__rows *rows = NULL;
    bip__fact_row row;
    bip__event *e = NULL;
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
    const bip__event *a = pa, *b = pb;
    int order = bip__entry_order(&a->entry, &b->entry);

    return order ? order : (a->idx > b->idx) - (a->idx < b->idx);
}

static int compare_root(const bip__event *a, const bip__event *b)
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
static void order_events(bip__teller *t)
{
    bip__event *e = t->events;

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

const char *bip__event_member(const bip__event *e, const char *key)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(e->fact, key));
}

const char *bip__event_reason(const bip__event *e)
{
    return e->kind == 0 ? e->row.reason : bip__event_member(e, "reason");
}

const char *bip__teller_word(const bip__teller *t, int32_t n, bip_status *st, bip_error *err)
{
    const char *text = NULL;

    if (*st == BIP_OK && n != 0)
        *st = t->context->storage->api->word_text(t->context->storage, n, &text, err);
    return text;
}

bip_status bip__event_root(const bip__teller *t, const bip__event *e, char out[BIP_ID_SIZE], bip_error *err)
{
    bip__entry_row root;
    bip_status st;

    out[0] = '\0';
    if (e->revision == 0)
        return BIP_OK;
    if ((st = bip__context_entry(t->context, e->row.root_entry, &root, err)) == BIP_OK)
        bip__id_print(root.id, e->row.root_idx, out);
    return st;
}

bip_status bip__sheet_open(bip__teller *t, const bip__event *e, bip__sheet *out, bip_error *err)
{
    const bip__version *v = bip__catalogue_number(t->catalogue, e->row.instrument);
    int32_t r = v == NULL ? -1 : bip__version_respondent(v, e->row.respondent);

    if (r < 0)
        return bip__fail(err, BIP_E_CORRUPT, NULL, "an assessment names an instrument or respondent that is not there");
    *out = (bip__sheet){
        .def = v->def, .respondent = &v->def->respondents[r], .items = v->def->items[r], .n_items = v->def->n_items[r]};
    if (e->row.scores == NULL)
        return BIP_OK;
    if (!bip__grow(&t->scores, &t->scores_cap, out->n_items + 1, sizeof *t->scores))
        return bip__nomem(err);
    if (!bip__scores_parse(e->row.scores, e->row.scores_n, t->scores, out->n_items))
        return bip__fail(err, BIP_E_CORRUPT, NULL, "the scores of an assessment can't be read");
    return BIP_OK;
}

/* ----------------------------------------------------------------------------------------- what stands beside an event
 */

static bool same_root(const bip__event *a, const bip__event *b)
{
    return a->row.root_entry == b->row.root_entry && a->row.root_idx == b->row.root_idx;
}

static bool same_instrument(const bip__teller *t, const bip__event *a, const bip__event *b)
{
    const bip__version *x = bip__catalogue_number(t->catalogue, a->row.instrument);
    const bip__version *y = bip__catalogue_number(t->catalogue, b->row.instrument);

    return x != NULL && y != NULL && strcmp(x->def->code, y->def->code) == 0;
}

/* Only a merge brings two assessments that hold one key. */
static bool shares_key(const bip__teller *t, const bip__event *e, const bip__event *other)
{
    return e->current && other->current && e->row.scores != NULL && other->row.scores != NULL &&
           e->row.day == other->row.day && e->row.respondent == other->row.respondent &&
           e->row.rater == other->row.rater && same_instrument(t, e, other);
}

static bip_status stands_beside(bip__teller *t, const bip__event *e, const bip__event *other, bool *beside,
                                bip_error *err)
{
    bool follows = false;
    const bip__event *first = compare_recorded(e, other) < 0 ? e : other;

    *beside = false;
    if (other == e || other->kind != 0)
        return BIP_OK;
    if (!same_root(e, other)) {
        *beside = shares_key(t, e, other);
        return BIP_OK;
    }
    if (e->revision == 0 || other->revision == 0) /* all later ones follow on the first */
        return BIP_OK;
    bip_status st =
        bip__entry_follows(t->context, &first->entry, first == e ? &other->entry : &e->entry, &follows, err);
    *beside = !follows;
    return st;
}

bip_status bip__event_beside(bip__teller *t, const bip__event *e, bip_error *err)
{
    bip_status st = BIP_OK;
    bool beside;

    t->n_beside = 0;
    for (size_t i = 0; st == BIP_OK && i < t->n_events; i++) {
        st = stands_beside(t, e, &t->events[i], &beside, err);
        if (st != BIP_OK || !beside)
            continue;
        if (!bip__grow(&t->beside, &t->beside_cap, t->n_beside + 1, sizeof *t->beside))
            return bip__nomem(err);
        t->beside[t->n_beside++] = &t->events[i];
    }
    return st;
}

/* -------------------------------------------------------------------------------------------------------- documents */

static bip_status tell_person(bip__teller *t, int32_t person, const char *code, bip_error *err)
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
        st =
            t->words == NULL ? bip__history_json(t, code, &t->events[i], err) : bip__history_say(t, &t->events[i], err);
    if (t->words != NULL && st == BIP_OK) {
        if (t->n_events == 0)
            bip__say_word(t->o, t->words, BIP__W_NO_HISTORY);
        bip__out_char(t->o, '\n');
    }
    return st;
}

static bip_status tell_all(bip__teller *t, const bip_query *query, bip_error *err)
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
    bip__teller t = {.context = c, .words = words, .lang = words ? words->lang : NULL, .o = o};
    bip_status st = bip__no_options(options_json, err);

    if (st == BIP_OK && (st = c->storage->api->snapshot(c->storage, err)) == BIP_OK) {
        st = tell_all(&t, query, err);
        c->storage->api->release(c->storage);
    }
    bip__arena_free(&t.arena);
    bip__free(t.scores);
    bip__free(t.events);
    bip__free(t.beside);
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
    bip_status st = bip__words_among(c->words, lang, &words, err);

    return st == BIP_OK ? tell(c, query, options_json, words, o, err) : st;
}
