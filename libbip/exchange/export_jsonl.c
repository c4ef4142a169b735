/* Current assessments as JSON lines: bip-assessment-1, one a line. */
#include "exchange/exchange.h"
#include "exchange/export_rows.h"

#include <string.h>

/* When an assessment was recorded and by whom: an import gives the same to all of its. */
typedef struct recorded {
    bip__kept text;
    const char *actor;
} recorded;

/* Codes need no escape. */
static void code_member(bip__out *o, const char *key, const char *code)
{
    bip__out_text(o, key);
    bip__out_text(o, code);
}

static bip_status make_names(bip__exporter *x, bip__row_form *form, bip_error *err)
{
    bip_status st = BIP_OK;
    for (size_t i = 0; st == BIP_OK && i < form->n; i++) {
        bip__out_text(&x->text, i == 0 ? "\"" : ",\"");
        bip__put_piece(&x->text, form->names[i]);
        bip__out_text(&x->text, "\":");
        st = bip__exporter_piece(x, &form->names[i], err);
    }
    return st;
}

static bip_status line_form(bip__exporter *x, bip__row_form *form, bip_error *err)
{
    const bip__instrument *def = form->version->def;
    code_member(&x->text, ",\"instrument\":\"", def->code);
    code_member(&x->text, "\",\"version\":\"", def->version);
    code_member(&x->text, "\",\"respondent\":\"", def->respondents[form->respondent].code);
    bip__out_text(&x->text, "\",\"date\":\"");
    bip_status st = bip__exporter_piece(x, &form->before, err);
    return st == BIP_OK ? make_names(x, form, err) : st;
}

static void put_participant(bip__exporter *x, const bip__stored *a)
{
    if (bip__kept_is_other(&x->person, a->person))
        bip__out_json_text(&x->person.text, a->participant);
    bip__put_text(x->o, &x->person.text);
}

static void put_text_or_null(bip__out *o, const char *text, size_t n)
{
    if (text != NULL)
        bip__out_json(o, text, n);
    else
        bip__out_bytes(o, "null", 4);
}

static void put_recorded(bip__exporter *x, const bip__stored *a)
{
    recorded *r = x->own;
    if (r->actor != a->actor)
        r->text.made = false;
    r->actor = a->actor; /* lent as long as the store is open */
    if (bip__kept_is_other(&r->text, a->recorded_ms)) {
        bip__out_text(&r->text.text, ",\"recorded\":\"");
        bip__out_time(&r->text.text, a->recorded_ms);
        bip__out_text(&r->text.text, "\",\"by\":");
        bip__out_json_text(&r->text.text, a->actor);
        bip__out_text(&r->text.text, ",\"scores\":{");
    }
    bip__put_text(x->o, &r->text.text);
}

static void put_scores(bip__exporter *x, const bip__stored *a, const bip__row_form *form)
{
    char *to = bip__out_room(x->o, form->n * form->longest + a->scores_n + BIP__BLOCK);
    if (to == NULL)
        return;
    for (size_t i = 0; i < form->n; i++) {
        const bip__score_span *score = &x->scores[form->at[i]];
        to = bip__copy_piece(to, form->names[i]);
        to = bip__copy_score(to, score->text, score->n);
    }
    bip__out_filled(x->o, to);
}

static void write_line(bip__exporter *x, const bip__stored *a, const bip__row_form *form)
{
    bip__out *o = x->o;
    bip__out_text(o, "{\"schema\":\"bip-assessment-1\",\"id\":\"");
    bip__put_id(x, o, a);
    bip__out_text(o, "\",\"participant\":");
    put_participant(x, a);
    bip__put_piece(o, form->before);
    bip__put_date(x, o, a->date);
    bip__out_text(o, "\",\"rater\":");
    bip__out_json_text(o, a->rater);
    if (!x->no_notes) {
        bip__out_text(o, ",\"note\":");
        put_text_or_null(o, a->note, a->note_n);
    }
    put_recorded(x, a);
    put_scores(x, a, form);
    bip__out_bytes(o, "}}\n", 3);
}

bip_status bip__export_jsonl(bip__context *c, const bip_query *query, const char *options_json, bip__out *o,
                             bip_error *err)
{
    static const bip__row_format lines = {"jsonl", line_form, write_line};
    recorded r = {0};
    bip__exporter x;
    bip_status st = bip__exporter_open(&x, &lines, c, query, options_json, o, err);
    x.own = &r;
    if (st == BIP_OK)
        st = bip__exporter_run(&x, err);
    bip__out_free(&r.text.text);
    bip__exporter_close(&x);
    return st;
}
