#include "show/objection.h"

#include "model/json.h"
#include "model/score.h"

#include <string.h>

typedef struct finder {
    bip__context *context;
    const bip__catalogue *catalogue;
    bip__arena *arena;
    bip__objection **end; /* where the next one goes */
} finder;

static bip_status take_scores(finder *f, const bip__assessment_row *row, bip__objection *out, bip_error *err)
{
    out->version = bip__catalogue_number(f->catalogue, row->instrument);
    out->respondent = out->version == NULL ? -1 : bip__version_respondent(out->version, row->respondent);
    out->day = row->day;
    out->rater = row->rater;
    out->n = out->respondent < 0 ? 0 : out->version->def->n_items[out->respondent];
    out->scores = bip__arena_alloc(f->arena, out->n * sizeof *out->scores);
    if (out->scores == NULL)
        return bip__nomem(err);
    if (out->n > 0 && !bip__scores_parse(row->scores, row->scores_n, out->scores, out->n))
        return bip__fail(err, BIP_E_CORRUPT, NULL, "the stored scores of an assessment can't be read");
    return BIP_OK;
}

/* The current revision of the assessment that a fact is about; *found false: it is withdrawn. */
static bip_status find_assessment(finder *f, const bip__fact_row *fact, bip__objection *out, bool *found,
                                  bip_error *err)
{
    const bip__storage_api *api = f->context->storage->api;
    bip__rows *rows = NULL;
    bip__assessment_row row;
    *found = false;
    bip_status st = api->assessments(f->context->storage, fact->person, BIP_NO_DATE, INT32_MAX, false, &rows, err);
    while (st == BIP_OK && (st = api->next_assessment(rows, &row, err)) == BIP_OK) {
        if (row.root_entry != fact->root_entry || row.root_idx != fact->root_idx || row.scores == NULL)
            continue;
        st = take_scores(f, &row, out, err);
        *found = true;
    }
    api->close_rows(rows);
    return st == BIP_DONE ? BIP_OK : st;
}

/* By somebody else of the same role, on the same day, with the same instrument. */
static bool is_beside(const finder *f, const bip__assessment_row *row, const bip__objection *o)
{
    const bip__version *version = bip__catalogue_number(f->catalogue, row->instrument);
    int32_t r = version == NULL ? -1 : bip__version_respondent(version, row->respondent);

    return r >= 0 && row->scores != NULL && row->rater != o->rater &&
           strcmp(version->def->code, o->version->def->code) == 0 &&
           strcmp(version->def->respondents[r].code, o->version->def->respondents[o->respondent].code) == 0;
}

/* Who judged, where day and role don't tell which of two assessments is meant. */
static bip_status name_rater(finder *f, int32_t person, bip__objection *out, bip_error *err)
{
    bip__storage *storage = f->context->storage;
    bip__rows *rows = NULL;
    bip__assessment_row row;
    const char *rater;
    bool beside = false;

    if (out->respondent < 0 || out->rater == 0)
        return BIP_OK;
    bip_status st = storage->api->assessments(storage, person, out->day, out->day, false, &rows, err);
    while (st == BIP_OK && (st = storage->api->next_assessment(rows, &row, err)) == BIP_OK)
        beside = beside || is_beside(f, &row, out);
    storage->api->close_rows(rows);
    if (st != BIP_DONE || !beside)
        return st == BIP_DONE ? BIP_OK : st;
    if ((st = storage->api->word_text(storage, out->rater, &rater, err)) != BIP_OK)
        return st;
    out->rater_name = bip__arena_strndup(f->arena, rater, strlen(rater));
    return out->rater_name == NULL ? bip__nomem(err) : BIP_OK;
}

static bip_status keep(finder *f, const bip__objection *found, const char *of, const char *text, bip_error *err)
{
    bip__objection *kept = bip__arena_alloc(f->arena, sizeof *kept);

    if (kept == NULL)
        return bip__nomem(err);
    *kept = *found;
    kept->of = bip__arena_strndup(f->arena, of, strlen(of));
    kept->text = bip__arena_strndup(f->arena, text, strlen(text));
    if (kept->of == NULL || kept->text == NULL)
        return bip__nomem(err);
    *f->end = kept;
    f->end = &kept->next;
    return BIP_OK;
}

static bip_status take_fact(finder *f, const bip__fact_row *fact, bip_error *err)
{
    bip__objection objection = {0};
    cJSON *body = NULL;
    bool found = false;
    bip_status st = bip__json_parse(fact->body, fact->body_n, &body, err);
    if (st == BIP_E_REFUSED)
        return bip__fail(err, BIP_E_CORRUPT, NULL, "a stored fact can't be read");
    if (st == BIP_OK)
        st = find_assessment(f, fact, &objection, &found, err);
    if (st == BIP_OK && found)
        st = name_rater(f, fact->person, &objection, err);
    const char *of = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(body, "of"));
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(body, "text"));
    if (st == BIP_OK && found && of != NULL && text != NULL)
        st = keep(f, &objection, of, text, err);
    cJSON_Delete(body);
    return st;
}

bip_status bip__objections_read(bip__context *c, const char *code, bip__arena *arena, bip__objection **out,
                                bip_error *err)
{
    finder f = {.context = c, .arena = arena, .end = out};
    const bip__storage_api *api = c->storage->api;
    bip__rows *rows = NULL;
    bip__fact_row row;
    int32_t person = 0;
    *out = NULL;
    bip_status st = bip__context_catalogue(c, &f.catalogue, err);
    if (st == BIP_OK)
        st = api->person_find(c->storage, code, &person, err);
    if (st == BIP_OK)
        st = api->facts(c->storage, person, BIP__FACT_DISPUTE, &rows, err);
    while (st == BIP_OK && (st = api->next_fact(rows, &row, err)) == BIP_OK)
        st = take_fact(&f, &row, err);
    api->close_rows(rows);
    return st == BIP_DONE || st == BIP_E_NOT_FOUND ? BIP_OK : st;
}

void bip__say_objection(bip__out *o, const bip__words *words, const char *lang, const bip__objection *objection)
{
    const int32_t r = objection->respondent;
    bip__out who;

    bip__out_init(&who, NULL, NULL);
    bip__out_text(&who, r < 0 ? "?" : bip__title_get(&objection->version->def->respondents[r].title, lang));
    if (objection->rater_name != NULL) {
        bip__out_text(&who, ", ");
        bip__out_text(&who, objection->rater_name);
    }
    bip__out_char(&who, '\0');
    if (who.status == BIP_OK) {
        const bip__fill with[] = {bip__fill_text('p', who.data), bip__fill_date('d', objection->day),
                                  bip__fill_text('t', objection->text)};
        bip__say(o, words, BIP__W_OBJECTION, with, 3);
    } else if (o->status == BIP_OK) {
        o->status = who.status;
    }
    bip__out_free(&who);
}

/* An answer in it is to be shown: of what was not asked nobody sees anything. */
static bool is_shown(const bip__reading *r, const bip__objection *o)
{
    const bip__plan *plan = r->plan;

    if (o->respondent < 0 || o->day > plan->as_of)
        return false;
    const bip__layout *layout = &plan->layouts[o->version - plan->catalogue->versions][o->respondent];
    for (size_t k = 0; k < layout->n_items && k < o->n; k++)
        if (o->scores[k].answer != BIP_NOT_ASKED && layout->items[k] >= 0 &&
            bip__reading_wants(r, (size_t)layout->items[k]))
            return true;
    return false;
}

bip_status bip__say_objections(const bip__reading *r, const char *code, const bip__words *words, const char *indent,
                               bool on_paper, bip__out *o, bip_error *err)
{
    bip__arena arena = {0};
    bip__objection *list;
    bip_status st = bip__objections_read(r->context, code, &arena, &list, err);

    for (const bip__objection *a = list; st == BIP_OK && a != NULL; a = a->next) {
        if (!is_shown(r, a) || (on_paper && !a->version->def->handout))
            continue;
        bip__out_text(o, indent);
        bip__say_objection(o, words, r->plan->lang, a);
        bip__out_char(o, '\n');
    }
    bip__arena_free(&arena);
    return st;
}
