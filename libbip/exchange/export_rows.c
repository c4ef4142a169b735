#include "exchange/export_rows.h"

#include "model/options.h"

#include <string.h>

static bip_status take_options(bip__exporter *x, const char *options_json, bip_error *err)
{
    static const bip__option known[] = {{"no_notes", BIP__OPTION_FLAG}};
    bip__options *options;
    bip_status st = bip__options_parse(options_json, known, 1, &options, err);
    if (st == BIP_OK)
        x->no_notes = bip__options_flag(options, "no_notes");
    bip__options_free(options);
    return st;
}

bip_status bip__exporter_open(bip__exporter *x, const bip__row_format *format, bip__context *c, const bip_query *query,
                              const char *options_json, bip__out *o, bip_error *err)
{
    *x = (bip__exporter){.context = c, .query = *query, .o = o, .format = format};
    bip_status st = take_options(x, options_json, err);
    if (st != BIP_OK)
        return st;
    /* What nobody asked to be left out isn't: dates after today too. */
    if (x->query.as_of == BIP_NO_DATE)
        x->query.as_of = INT32_MAX;
    if ((st = bip__context_catalogue(c, &x->catalogue, err)) != BIP_OK)
        return st;
    x->forms = bip__arena_alloc(&x->arena, (x->catalogue->n + 1) * sizeof *x->forms);
    return x->forms == NULL ? bip__nomem(err) : BIP_OK;
}

void bip__exporter_close(bip__exporter *x)
{
    bip__out_free(&x->person.text);
    bip__out_free(&x->entry.text);
    bip__out_free(&x->date.text);
    bip__out_free(&x->text);
    bip__free(x->scores);
    bip__arena_free(&x->arena);
}

/* ------------------------------------------------------------ forms */

bip_status bip__exporter_piece(bip__exporter *x, bip__piece *out, bip_error *err)
{
    bip_status st = bip__out_finish(&x->text, err);
    if (st != BIP_OK)
        return st;
    char *text = bip__arena_alloc(&x->arena, x->text.len + BIP__BLOCK);
    if (text == NULL)
        return bip__nomem(err);
    *out = (bip__piece){text, x->text.len};
    bip__copy(text, x->text.data, x->text.len);
    bip__out_clear(&x->text);
    return BIP_OK;
}

/* What is asked of the respondent and visible to whom the query is for. */
static bip_status list_items(bip__exporter *x, bip__row_form *form, bip_error *err)
{
    const bip__instrument *def = form->version->def;
    const size_t n = def->n_items[form->respondent];
    const int32_t role = x->query.for_role == NULL ? -1 : bip__instrument_respondent(def, x->query.for_role);
    form->at = bip__arena_alloc(&x->arena, (n + 1) * sizeof *form->at);
    form->names = bip__arena_alloc(&x->arena, (n + 1) * sizeof *form->names);
    if (form->at == NULL || form->names == NULL || !bip__grow(&x->scores, &x->scores_cap, n + 1, sizeof *x->scores))
        return bip__nomem(err);
    for (size_t k = 0; k < n; k++) {
        const bip__indicator *in = &def->indicators[def->items[form->respondent][k]];
        if (x->query.for_role != NULL && (role < 0 || (in->visible >> role & 1u) == 0))
            continue;
        form->at[form->n] = (int32_t)k;
        form->names[form->n++] = (bip__piece){in->code, strlen(in->code)};
    }
    return BIP_OK;
}

static bip_status make_form(bip__exporter *x, bip__row_form *form, const bip__stored *a, bip_error *err)
{
    *form = (bip__row_form){.respondent = a->respondent, .version = a->version};
    bip_status st = list_items(x, form, err);
    if (st == BIP_OK)
        st = x->format->form(x, form, err);
    for (size_t i = 0; st == BIP_OK && form->names != NULL && i < form->n; i++)
        form->longest = form->names[i].n > form->longest ? form->names[i].n : form->longest;
    return st;
}

static bip_status find_form(bip__exporter *x, const bip__stored *a, const bip__row_form **out, bip_error *err)
{
    bip__row_form **forms = &x->forms[a->version - x->catalogue->versions];
    if (*forms == NULL)
        *forms = bip__arena_alloc(&x->arena, a->version->def->n_respondents * sizeof **forms);
    if (*forms == NULL)
        return bip__nomem(err);
    bip__row_form *form = &(*forms)[a->respondent];
    *out = form;
    return form->version != NULL ? BIP_OK : make_form(x, form, a, err);
}

/* ------------------------------------------------------------ rows */

static bip_status write_row(bip__exporter *x, const bip__stored *a, bip_error *err)
{
    const bip__row_form *form = NULL;
    bip_status st = find_form(x, a, &form, err);
    if (st != BIP_OK)
        return st;
    if (!bip__scores_split(a->scores, a->scores_n, x->scores, a->version->def->n_items[a->respondent]))
        return bip__assessments_damaged(a, err);
    x->format->row(x, a, form);
    return BIP_OK;
}

bip_status bip__exporter_run(bip__exporter *x, bip_error *err)
{
    bip__assessments *reading;
    const bip__stored *a;
    bip_status st = bip__assessments_open(x->context, &x->query, &reading, err);
    if (st != BIP_OK)
        return st;
    while (st == BIP_OK && x->o->status == BIP_OK && (st = bip__assessments_next_stored(reading, &a, err)) == BIP_OK)
        st = a->yields ? BIP_OK : write_row(x, a, err); /* an import takes a key once */
    bip__assessments_close(reading);
    return st == BIP_DONE ? BIP_OK : st; /* what the sink didn't take, bip__out_finish() tells */
}

/* ------------------------------------------------------------ texts */

/* Both views of one date stand one behind the other. */
void bip__put_date(bip__exporter *x, bip__out *o, bip_date date)
{
    if (bip__kept_is_other(&x->date, date))
        bip__out_date(&x->date.text, date);
    bip__put_text(o, &x->date.text);
}

/* ENTRY.IDX: an import is one entry for all it brings. */
void bip__put_id(bip__exporter *x, bip__out *o, const bip__stored *a)
{
    if (bip__kept_is_other(&x->entry, a->root.n)) {
        bip__out_hex(&x->entry.text, a->root.id, sizeof a->root.id);
        bip__out_char(&x->entry.text, '.');
    }
    bip__put_text(o, &x->entry.text);
    bip__out_int(o, a->idx);
}
