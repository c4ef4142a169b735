/* Current assessments as CSV, long and wide: what the importers read. */
#include "exchange/csv_columns.h"
#include "exchange/exchange.h"
#include "exchange/export_rows.h"

#include <string.h>

static bool needs_quotes(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (s[i] == ',' || s[i] == '"' || s[i] == '\n' || s[i] == '\r')
            return true;
    /* blanks at the ends, U+00A0 (C2 A0) among them: who reads the file may drop them where they aren't quoted */
    return n > 0 && (s[0] == ' ' || s[0] == '\t' || s[0] == '\xC2' || s[n - 1] == ' ' || s[n - 1] == '\t');
}

static void put_cell(bip__out *o, const char *s, size_t n)
{
    if (!needs_quotes(s, n)) {
        bip__out_bytes(o, s, n);
        return;
    }
    bip__out_char(o, '"');
    for (const char *quote; n > 0 && (quote = memchr(s, '"', n)) != NULL;) {
        const size_t run = (size_t)(quote - s) + 1;
        bip__out_bytes(o, s, run);
        bip__out_char(o, '"');
        s += run;
        n -= run;
    }
    bip__out_bytes(o, s, n);
    bip__out_char(o, '"');
}

/* A number as it is; a reason without its quotes; what was not asked is an empty cell. */
static char *put_score(char *to, const bip__score_span *score)
{
    if (score->text[0] == 'n')
        return to;
    const size_t quote = score->text[0] == '"';
    return bip__copy_score(to, score->text + quote, score->n - 2 * quote);
}

/* participant,date,respondent, */
static void put_key(bip__exporter *x, bip__out *o, const bip__stored *a, const bip__row_form *form)
{
    if (bip__kept_is_other(&x->person, a->person)) {
        put_cell(&x->person.text, a->participant, strlen(a->participant));
        bip__out_char(&x->person.text, ',');
    }
    bip__put_text(o, &x->person.text);
    bip__put_date(x, o, a->date);
    bip__put_piece(o, form->before);
}

/* instrument,rater, */
static void put_instrument(bip__out *o, const bip__stored *a, const bip__row_form *form)
{
    bip__put_piece(o, form->behind);
    if (a->rater != NULL)
        put_cell(o, a->rater, strlen(a->rater));
    bip__out_char(o, ',');
}

/* The cell of the column `note`, where there is one; only one row of an assessment holds the note. */
static void put_note(const bip__exporter *x, bip__out *o, const bip__stored *a, bool here)
{
    if (x->no_notes)
        return;
    if (here && a->note != NULL)
        put_cell(o, a->note, a->note_n);
    bip__out_char(o, ',');
}

/* before: ",respondent,"; behind: "instrument@version,", since another version may be the one added last where the file
 * is read. */
static bip_status make_codes(bip__exporter *x, bip__row_form *form, bip_error *err)
{
    const bip__instrument *def = form->version->def;
    bip__out_printf(&x->text, ",%s,", def->respondents[form->respondent].code);
    bip_status st = bip__exporter_piece(x, &form->before, err);
    bip__out_printf(&x->text, "%s@%s,", def->code, def->version);
    return st == BIP_OK ? bip__exporter_piece(x, &form->behind, err) : st;
}

/* ------------------------------------------------------------ long */

/* What stands between the score of one row and the indicator of the next: the first row's end, then, from `tail` on,
 * the beginning of the second. */
typedef struct joint {
    bip__out text;
    size_t tail;
} joint;
typedef struct joints {
    joint noted, plain; /* the note stands in the first row only */
} joints;

static bip_status long_form(bip__exporter *x, bip__row_form *form, bip_error *err)
{
    bip_status st = make_codes(x, form, err);
    for (size_t i = 0; st == BIP_OK && i < form->n; i++) {
        bip__put_piece(&x->text, form->names[i]);
        bip__out_char(&x->text, ',');
        st = bip__exporter_piece(x, &form->names[i], err);
    }
    return st;
}

static bool make_joint(bip__exporter *x, joint *j, const bip__stored *a, const bip__row_form *form, bool noted)
{
    bip__out *o = &j->text;
    bip__out_clear(o);
    bip__out_char(o, ',');
    put_instrument(o, a, form);
    put_note(x, o, a, noted);
    bip__put_id(x, o, a);
    bip__out_bytes(o, "\r\n", 2);
    j->tail = o->len;
    put_key(x, o, a, form);
    if (o->status != BIP_OK)
        x->o->status = o->status;
    return o->status == BIP_OK;
}

/* Where nothing was asked or answered a row without an indicator tells of the assessment. */
static char *put_long_rows(const bip__exporter *x, const bip__row_form *form, const joint *first, char *to)
{
    const joint *plain = &((const joints *)x->own)->plain, *between = first;
    size_t rows = 0;
    to = bip__copy(to, first->text.data + first->tail, first->text.len - first->tail);
    for (size_t i = 0; i < form->n; i++) {
        const bip__score_span *score = &x->scores[form->at[i]];
        if (score->text[0] == 'n')
            continue;
        if (rows++ > 0) {
            to = bip__copy(to, between->text.data, between->text.len);
            between = plain;
        }
        to = bip__copy_piece(to, form->names[i]);
        to = put_score(to, score);
    }
    if (rows == 0)
        *to++ = ',';
    return bip__copy(to, between->text.data, between->tail);
}

static void write_long(bip__exporter *x, const bip__stored *a, const bip__row_form *form)
{
    joints *own = x->own;
    joint *first = a->note != NULL ? &own->noted : &own->plain;
    if (!make_joint(x, &own->plain, a, form, false) || (a->note != NULL && !make_joint(x, first, a, form, true)))
        return;
    const size_t most =
        2 * first->text.len + form->n * (form->longest + own->plain.text.len) + a->scores_n + BIP__BLOCK;
    char *to = bip__out_room(x->o, most);
    if (to != NULL)
        bip__out_filled(x->o, put_long_rows(x, form, first, to));
}

bip_status bip__export_csv_long(bip__context *c, const bip_query *query, const char *options_json, bip__out *o,
                                bip_error *err)
{
    static const bip__row_format rows = {"csv-long", long_form, write_long};
    joints own = {0};
    bip__exporter x;
    bip_status st = bip__exporter_open(&x, &rows, c, query, options_json, o, err);
    x.own = &own;
    if (st == BIP_OK) {
        bip__out_printf(o, "participant,date,respondent,indicator,score,instrument,rater,%sassessment\r\n",
                        x.no_notes ? "" : "note,");
        st = bip__exporter_run(&x, err);
    }
    bip__out_free(&own.noted.text);
    bip__out_free(&own.plain.text);
    bip__exporter_close(&x);
    return st;
}

/* ------------------------------------------------------------ wide */

typedef struct columns {
    const char **codes; /* of indicators */
    size_t n, cap;
} columns;

/* One file holds one instrument: the one asked for, or the only one that there are assessments of. */
static bip_status only_instrument(bip__exporter *x, const char **code, bip_error *err)
{
    bip__assessments *reading;
    const bip__stored *a;
    *code = x->query.instrument;
    if (*code != NULL)
        return BIP_OK;
    bip_status st = bip__assessments_open(x->context, &x->query, &reading, err);
    if (st != BIP_OK)
        return st;
    while (st == BIP_OK && (st = bip__assessments_next_stored(reading, &a, err)) == BIP_OK) {
        const char *other = a->version->def->code; /* of the catalogue */
        if (*code != NULL && strcmp(*code, other) != 0)
            st = bip__fail(err, BIP_E_USAGE, "instrument",
                           "csv-wide holds one instrument, and there are assessments of %s and %s: name one", *code,
                           other);
        *code = other;
    }
    bip__assessments_close(reading);
    x->context->told = true; /* the rows are read next, of the same people */
    return st == BIP_DONE ? BIP_OK : st;
}

static bool has_column(const columns *w, const char *code)
{
    for (size_t i = 0; i < w->n; i++)
        if (strcmp(w->codes[i], code) == 0)
            return true;
    return false;
}

static bip_status add_columns(bip__exporter *x, columns *w, const bip__instrument *def, bip_error *err)
{
    const char *role = x->query.for_role;
    const int32_t viewer = role == NULL ? -1 : bip__instrument_respondent(def, role);
    for (size_t i = 0; i < def->n_indicators; i++) {
        const bip__indicator *indicator = &def->indicators[i];
        bool fixed = false;
        if (has_column(w, indicator->code) ||
            (role != NULL && (viewer < 0 || (indicator->visible >> viewer & 1u) == 0)))
            continue;
        bip_status st = bip__columns_is_fixed(indicator->code, &fixed, err);
        if (st != BIP_OK)
            return st;
        if (fixed)
            return bip__fail(err, BIP_E_USAGE, indicator->code,
                             "an indicator has the name of a column of csv-wide: use csv-long");
        if (!bip__grow(&w->codes, &w->cap, w->n + 1, sizeof *w->codes))
            return bip__nomem(err);
        w->codes[w->n++] = indicator->code;
    }
    return BIP_OK;
}

/* In the order of the newest version; codes it lacks follow, in that of the newest that has them. */
static bip_status find_columns(bip__exporter *x, columns *w, const char *instrument, bip_error *err)
{
    const size_t n = instrument == NULL ? 0 : strcspn(instrument, "@");
    bip_status st = BIP_OK;
    for (size_t i = x->catalogue->n; instrument != NULL && st == BIP_OK && i-- > 0;) {
        const bip__instrument *def = x->catalogue->versions[i].def;
        if (strlen(def->code) == n && memcmp(def->code, instrument, n) == 0 &&
            (instrument[n] == '\0' || strcmp(instrument + n + 1, def->version) == 0))
            st = add_columns(x, w, def, err);
    }
    return st;
}

/* The place of a code among those that the form has, -1: not asked. */
static int32_t place_of(const bip__row_form *form, const char *code)
{
    for (size_t i = 0; i < form->n; i++)
        if (strcmp(form->names[i].text, code) == 0)
            return form->at[i];
    return -1;
}

static bip_status wide_form(bip__exporter *x, bip__row_form *form, bip_error *err)
{
    const columns *w = x->own;
    int32_t *at = bip__arena_alloc(&x->arena, (w->n + 1) * sizeof *at);
    if (at == NULL)
        return bip__nomem(err);
    for (size_t i = 0; i < w->n; i++)
        at[i] = place_of(form, w->codes[i]);
    form->at = at;
    form->n = w->n;
    form->names = NULL;
    return make_codes(x, form, err);
}

static void write_wide(bip__exporter *x, const bip__stored *a, const bip__row_form *form)
{
    bip__out *o = x->o;
    put_key(x, o, a, form);
    put_instrument(o, a, form);
    put_note(x, o, a, true);
    bip__put_id(x, o, a);
    char *to = bip__out_room(o, form->n + a->scores_n);
    if (to == NULL)
        return;
    for (size_t c = 0; c < form->n; c++) {
        *to++ = ',';
        if (form->at[c] >= 0)
            to = put_score(to, &x->scores[form->at[c]]);
    }
    bip__out_filled(o, to);
    bip__out_bytes(o, "\r\n", 2);
}

static void write_wide_header(const bip__exporter *x, const columns *w)
{
    bip__out *o = x->o;
    bip__out_printf(o, "participant,date,respondent,instrument,rater,%sassessment", x->no_notes ? "" : "note,");
    for (size_t i = 0; i < w->n; i++) {
        bip__out_char(o, ',');
        bip__out_text(o, w->codes[i]);
    }
    bip__out_bytes(o, "\r\n", 2);
}

bip_status bip__export_csv_wide(bip__context *c, const bip_query *query, const char *options_json, bip__out *o,
                                bip_error *err)
{
    static const bip__row_format rows = {"csv-wide", wide_form, write_wide};
    columns own = {0};
    const char *instrument;
    bip__exporter x;
    bip_status st = bip__exporter_open(&x, &rows, c, query, options_json, o, err);
    x.own = &own;
    if (st == BIP_OK)
        st = only_instrument(&x, &instrument, err);
    if (st == BIP_OK)
        st = find_columns(&x, &own, instrument, err);
    if (st == BIP_OK) {
        write_wide_header(&x, &own);
        st = bip__exporter_run(&x, err);
    }
    bip__free(own.codes);
    bip__exporter_close(&x);
    return st;
}
