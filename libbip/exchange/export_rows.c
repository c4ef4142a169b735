/* Current assessments as JSON lines and as CSV, long and wide: what the importers read. A stream: one participant is in
 * hand at a time. */
#include "base/alloc.h"
#include "exchange/csv_columns.h"
#include "exchange/exchange.h"
#include "model/score.h"
#include "read/assessments.h"

#include <string.h>

typedef struct writer {
    bip__context *context;
    const bip__catalogue *catalogue;
    bip_query query;
    bip__out *o;
    bip__out before, after; /* csv-long: the cells on either side of the indicator and its score */
    const char **columns;   /* csv-wide: codes of indicators */
    size_t n_columns, columns_cap;
} writer;

typedef void (*row_fn)(writer *w, const bip_assessment *a);

/* ------------------------------------------------------------ every form */

static bip_status check_options(const char *document, const char *options_json, bip_error *err)
{
    return options_json == NULL ? BIP_OK : bip__fail(err, BIP_E_USAGE, document, "this document has no options");
}

static bip_status begin(writer *w, bip__context *c, const bip_query *query, bip__out *o, bip_error *err)
{
    *w = (writer){.context = c, .query = *query, .o = o};
    /* What nobody asked to be left out isn't: dates after today too. */
    if (w->query.as_of == BIP_NO_DATE)
        w->query.as_of = INT32_MAX;
    return bip__context_catalogue(c, &w->catalogue, err);
}

static bip_status write_rows(writer *w, row_fn row, bip_error *err)
{
    bip__assessments *reading;
    const bip_assessment *a;
    bip_status st = bip__assessments_open(w->context, &w->query, &reading, err);
    if (st != BIP_OK)
        return st;
    while (w->o->status == BIP_OK && (st = bip__assessments_next(reading, &a, err)) == BIP_OK)
        row(w, a);
    bip__assessments_close(reading);
    return st == BIP_DONE ? BIP_OK : st; /* what the sink didn't take, bip__out_finish() tells */
}

/* ------------------------------------------------------------ JSON lines */

/* Codes need no escape. */
static void code_member(bip__out *o, const char *key, size_t key_n, const char *code)
{
    bip__out_bytes(o, key, key_n);
    bip__out_text(o, code);
}
#define CODE_MEMBER(o, key, code) code_member(o, key, sizeof(key) - 1, code)

static void json_score(bip__out *o, const bip_score *score)
{
    const char *word = bip__answer_word(score->answer);
    if (word != NULL)
        bip__out_json_text(o, word);
    else if (score->answer == BIP_NUMBER)
        bip__out_number(o, score->number);
    else
        bip__out_bytes(o, "null", 4);
}

static void write_line(writer *w, const bip_assessment *a)
{
    bip__out *o = w->o;
    CODE_MEMBER(o, "{\"schema\":\"bip-assessment-1\",\"id\":\"", a->id);
    bip__out_text(o, "\",\"participant\":");
    bip__out_json_text(o, a->participant);
    CODE_MEMBER(o, ",\"instrument\":\"", a->instrument);
    CODE_MEMBER(o, "\",\"version\":\"", a->version);
    CODE_MEMBER(o, "\",\"respondent\":\"", a->respondent);
    bip__out_text(o, "\",\"date\":\"");
    bip__out_date(o, a->date);
    bip__out_text(o, "\",\"rater\":");
    bip__out_json_text(o, a->rater);
    bip__out_text(o, ",\"note\":");
    bip__out_json_text(o, a->note);
    bip__out_text(o, ",\"recorded\":\"");
    bip__out_time(o, a->recorded_ms);
    bip__out_text(o, "\",\"by\":");
    bip__out_json_text(o, a->actor);
    bip__out_text(o, ",\"scores\":{");
    for (size_t i = 0; i < a->n; i++) {
        if (i > 0)
            bip__out_char(o, ',');
        CODE_MEMBER(o, "\"", a->indicators[i]);
        bip__out_bytes(o, "\":", 2);
        json_score(o, &a->scores[i]);
    }
    bip__out_bytes(o, "}}\n", 3);
}

bip_status bip__export_jsonl(bip__context *c, const bip_query *query, const char *options_json, bip__out *o,
                             bip_error *err)
{
    writer w;
    bip_status st = check_options("jsonl", options_json, err);
    if (st == BIP_OK)
        st = begin(&w, c, query, o, err);
    return st == BIP_OK ? write_rows(&w, write_line, err) : st;
}

/* ------------------------------------------------------------ CSV */

static bool needs_quotes(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (s[i] == ',' || s[i] == '"' || s[i] == '\n' || s[i] == '\r')
            return true;
    /* blanks at the ends, U+00A0 (C2 A0) among them: who reads the file may drop them where they aren't quoted */
    return n > 0 && (s[0] == ' ' || s[0] == '\t' || s[0] == '\xC2' || s[n - 1] == ' ' || s[n - 1] == '\t');
}

static void csv_cell(bip__out *o, const char *s /* NULL: empty */)
{
    size_t n = s == NULL ? 0 : strlen(s);
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

static void csv_score(bip__out *o, const bip_score *score)
{
    const char *word = bip__answer_word(score->answer);
    if (word != NULL)
        bip__out_text(o, word);
    else if (score->answer == BIP_NUMBER)
        bip__out_number(o, score->number);
}

static void csv_key(bip__out *o, const bip_assessment *a)
{
    csv_cell(o, a->participant);
    bip__out_char(o, ',');
    bip__out_date(o, a->date);
    bip__out_char(o, ',');
    bip__out_text(o, a->respondent);
    bip__out_char(o, ',');
}

/* With its version: another may be the one added last where the file is read. */
static void csv_instrument(bip__out *o, const bip_assessment *a)
{
    bip__out_text(o, a->instrument);
    bip__out_char(o, '@');
    bip__out_text(o, a->version);
    bip__out_char(o, ',');
    csv_cell(o, a->rater);
    bip__out_char(o, ',');
}

/* ------------------------------------------------------------ long */

static void long_row(writer *w, const char *indicator, const bip_score *score, const char *note, const char *id)
{
    bip__out *o = w->o;
    bip__out_bytes(o, w->before.data, w->before.len);
    bip__out_text(o, indicator);
    bip__out_char(o, ',');
    csv_score(o, score);
    bip__out_bytes(o, w->after.data, w->after.len);
    csv_cell(o, note);
    bip__out_char(o, ',');
    bip__out_text(o, id);
    bip__out_bytes(o, "\r\n", 2);
}

/* The note stands in the first row only; where nothing was asked or answered a row without an indicator carries it. */
static void write_long(writer *w, const bip_assessment *a)
{
    const bip_score none = {.answer = BIP_NOT_ASKED};
    const char *note = a->note;
    bool any = false;
    bip__out_clear(&w->before);
    bip__out_clear(&w->after);
    csv_key(&w->before, a);
    bip__out_char(&w->after, ',');
    csv_instrument(&w->after, a);
    if (w->before.status != BIP_OK || w->after.status != BIP_OK) {
        w->o->status = BIP_E_NOMEM;
        return;
    }
    for (size_t i = 0; i < a->n; i++)
        if (a->scores[i].answer != BIP_NOT_ASKED) {
            long_row(w, a->indicators[i], &a->scores[i], note, a->id);
            note = NULL;
            any = true;
        }
    if (!any)
        long_row(w, "", &none, note, a->id);
}

bip_status bip__export_csv_long(bip__context *c, const bip_query *query, const char *options_json, bip__out *o,
                                bip_error *err)
{
    writer w;
    bip_status st = check_options("csv-long", options_json, err);
    if (st == BIP_OK)
        st = begin(&w, c, query, o, err);
    if (st != BIP_OK)
        return st;
    bip__out_init(&w.before, NULL, NULL);
    bip__out_init(&w.after, NULL, NULL);
    bip__out_text(o, "participant,date,respondent,indicator,score,instrument,rater,note,assessment\r\n");
    st = write_rows(&w, write_long, err);
    bip__out_free(&w.before);
    bip__out_free(&w.after);
    return st;
}

/* ------------------------------------------------------------ wide */

/* One file holds one instrument: the one asked for, or the only one that there are assessments of. */
static bip_status only_instrument(writer *w, const char **code, bip_error *err)
{
    bip__assessments *reading;
    const bip_assessment *a;
    *code = w->query.instrument;
    if (*code != NULL)
        return BIP_OK;
    bip_status st = bip__assessments_open(w->context, &w->query, &reading, err);
    if (st != BIP_OK)
        return st;
    while ((st = bip__assessments_next(reading, &a, err)) == BIP_OK) {
        if (*code != NULL && strcmp(*code, a->instrument) != 0)
            st = bip__fail(err, BIP_E_USAGE, "instrument",
                           "csv-wide holds one instrument, and there are assessments of %s and %s: name one", *code,
                           a->instrument);
        if (st != BIP_OK)
            break;
        *code = a->instrument; /* of the catalogue */
    }
    bip__assessments_close(reading);
    return st == BIP_DONE ? BIP_OK : st;
}

static bool has_column(const writer *w, const char *code)
{
    for (size_t i = 0; i < w->n_columns; i++)
        if (strcmp(w->columns[i], code) == 0)
            return true;
    return false;
}

static bip_status add_columns(writer *w, const bip__instrument *def, bip_error *err)
{
    const char *role = w->query.for_role;
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
        if (!bip__grow(&w->columns, &w->columns_cap, w->n_columns + 1, sizeof *w->columns))
            return bip__nomem(err);
        w->columns[w->n_columns++] = indicator->code;
    }
    return BIP_OK;
}

/* In the order of the newest version; codes it lacks follow, in that of the newest that has them. */
static bip_status find_columns(writer *w, const char *instrument, bip_error *err)
{
    const size_t n = instrument == NULL ? 0 : strcspn(instrument, "@");
    bip_status st = BIP_OK;
    for (size_t i = w->catalogue->n; instrument != NULL && st == BIP_OK && i-- > 0;) {
        const bip__instrument *def = w->catalogue->versions[i].def;
        if (strlen(def->code) == n && memcmp(def->code, instrument, n) == 0 &&
            (instrument[n] == '\0' || strcmp(instrument + n + 1, def->version) == 0))
            st = add_columns(w, def, err);
    }
    return st;
}

static void write_wide(writer *w, const bip_assessment *a)
{
    bip__out *o = w->o;
    size_t next = 0; /* mostly the columns stand in the order of the scores */
    csv_key(o, a);
    csv_instrument(o, a);
    csv_cell(o, a->note);
    bip__out_char(o, ',');
    bip__out_text(o, a->id);
    for (size_t c = 0; c < w->n_columns; c++) {
        size_t i = next;
        bip__out_char(o, ',');
        if (i >= a->n || strcmp(a->indicators[i], w->columns[c]) != 0)
            for (i = 0; i < a->n && strcmp(a->indicators[i], w->columns[c]) != 0;)
                i++;
        if (i < a->n) {
            csv_score(o, &a->scores[i]);
            next = i + 1;
        }
    }
    bip__out_bytes(o, "\r\n", 2);
}

bip_status bip__export_csv_wide(bip__context *c, const bip_query *query, const char *options_json, bip__out *o,
                                bip_error *err)
{
    writer w = {0};
    const char *instrument;
    bip_status st = check_options("csv-wide", options_json, err);
    if (st == BIP_OK)
        st = begin(&w, c, query, o, err);
    if (st == BIP_OK)
        st = only_instrument(&w, &instrument, err);
    if (st == BIP_OK)
        st = find_columns(&w, instrument, err);
    if (st == BIP_OK) {
        bip__out_text(o, "participant,date,respondent,instrument,rater,note,assessment");
        for (size_t i = 0; i < w.n_columns; i++) {
            bip__out_char(o, ',');
            bip__out_text(o, w.columns[i]);
        }
        bip__out_bytes(o, "\r\n", 2);
        st = write_rows(&w, write_wide, err);
    }
    bip__free(w.columns);
    return st;
}
