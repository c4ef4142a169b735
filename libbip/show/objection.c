#include "show/objection.h"

#include "model/json.h"

#include <string.h>

typedef struct teller {
    bip__context *context;
    const bip__catalogue *catalogue;
    const bip__words *words;
    const char *lang, *indent;
    bool on_paper;
    bip__out *o;
} teller;

/* The current revision of the assessment that a fact is about; *found false: it is withdrawn. */
static bip_status find_assessment(teller *t, const bip__fact_row *fact, bip__assessment_row *out, bool *found,
                                  bip_error *err)
{
    const bip__storage_api *api = t->context->storage->api;
    bip__rows *rows = NULL;
    bip__assessment_row row;
    *found = false;
    bip_status st = api->assessments(t->context->storage, fact->person, BIP_NO_DATE, INT32_MAX, false, &rows, err);
    while (st == BIP_OK && (st = api->next_assessment(rows, &row, err)) == BIP_OK) {
        if (row.root_entry != fact->root_entry || row.root_idx != fact->root_idx || row.scores == NULL)
            continue;
        *out = row;
        *found = true;
    }
    api->close_rows(rows);
    return st == BIP_DONE ? BIP_OK : st;
}

static void say(teller *t, const bip__assessment_row *row, const char *text)
{
    const bip__version *v = bip__catalogue_number(t->catalogue, row->instrument);
    if (t->on_paper && (v == NULL || !v->def->handout))
        return;
    const int32_t r = v == NULL ? -1 : bip__version_respondent(v, row->respondent);
    const char *who = r < 0 ? "?" : bip__title_get(&v->def->respondents[r].title, t->lang);
    const bip__fill with[] = {bip__fill_text('p', who), bip__fill_date('d', row->day), bip__fill_text('t', text)};
    bip__out_text(t->o, t->indent);
    bip__say(t->o, t->words, BIP__W_OBJECTION, with, 3);
    bip__out_char(t->o, '\n');
}

static bip_status say_fact(teller *t, const bip__fact_row *fact, bip_error *err)
{
    bip__assessment_row row = {0};
    cJSON *body = NULL;
    bool found = false;
    bip_status st = bip__json_parse(fact->body, fact->body_n, &body, err);
    if (st == BIP_E_REFUSED)
        return bip__fail(err, BIP_E_CORRUPT, NULL, "a stored fact can't be read");
    if (st == BIP_OK)
        st = find_assessment(t, fact, &row, &found, err);
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(body, "text"));
    if (st == BIP_OK && found && text != NULL)
        say(t, &row, text);
    cJSON_Delete(body);
    return st;
}

bip_status bip__say_objections(bip__context *c, const char *code, const bip__words *words, const char *lang,
                               const char *indent, bool on_paper, bip__out *o, bip_error *err)
{
    teller t = {.context = c, .words = words, .lang = lang, .indent = indent, .on_paper = on_paper, .o = o};
    const bip__storage_api *api = c->storage->api;
    bip__rows *rows = NULL;
    bip__fact_row row;
    int32_t person = 0;
    bip_status st = bip__context_catalogue(c, &t.catalogue, err);
    if (st == BIP_OK)
        st = api->person_find(c->storage, code, &person, err);
    if (st == BIP_OK)
        st = api->facts(c->storage, person, BIP__FACT_DISPUTE, &rows, err);
    while (st == BIP_OK && (st = api->next_fact(rows, &row, err)) == BIP_OK)
        st = say_fact(&t, &row, err);
    api->close_rows(rows);
    return st == BIP_DONE || st == BIP_E_NOT_FOUND ? BIP_OK : st;
}
