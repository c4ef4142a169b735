#include "exchange/csv_memo.h"

#include "base/hash.h"
#include "exchange/packed.h"

#include <string.h>

/* What the first row of an `assessment` text said; csv-wide. */
typedef struct group {
    bip__row_key key;
    int64_t line;
} group;

typedef struct reader {
    bip__intake *in;
    bip__csv csv;
    bip__columns columns;
    bip__memo memo;
    group *groups; /* by number in the intake's groups, less 1 */
    size_t groups_cap;
} reader;

/* What was refused is told; the rest of the file is looked at all the same. */
static bool goes_on(bip_status st)
{
    return st == BIP_OK || st == BIP_E_REFUSED;
}

/* A cell of the row in hand; empty where the row ends before it. */
static bip__said said_at(const reader *r, size_t column, bool trim)
{
    bip__said said = {.line = r->csv.line, .column = r->columns.list[column].name, .s = ""};
    if (column < r->csv.n) {
        const bip__cell cell = trim ? bip__cell_trim(r->csv.cells[column]) : r->csv.cells[column];
        said.s = cell.s;
        said.n = cell.n;
    }
    return said;
}

static bip__said said_of(const reader *r, bip__column_kind kind)
{
    const int32_t at = r->columns.at[kind];
    if (at < 0)
        return (bip__said){.line = r->csv.line, .column = "", .s = ""};
    return said_at(r, (size_t)at, kind != BIP__COLUMN_NOTE);
}

/* Faults of the row as text, before it is asked what it means. */
static bip_status check_cells(reader *r, bip_error *err)
{
    bip_status all = BIP_OK;
    if (r->csv.plain && !r->columns.has_unnamed && r->csv.n <= r->columns.n)
        return BIP_OK;
    if (r->csv.n > r->columns.n)
        return bip__intake_refuse(r->in, r->csv.line, "", err, "the row has %zu cells, the header %zu", r->csv.n,
                                  r->columns.n);
    for (size_t i = 0; i < r->csv.n; i++) {
        const bip__column *column = &r->columns.list[i];
        bip_status st = BIP_OK;
        if (r->csv.cells[i].fault != NULL)
            st = bip__intake_refuse(r->in, r->csv.line, column->name, err, "the cell %s", r->csv.cells[i].fault);
        else if (column->kind == BIP__COLUMN_UNNAMED && bip__cell_trim(r->csv.cells[i]).n > 0)
            st = bip__intake_refuse(r->in, r->csv.line, "", err, "cell %zu stands in a column without a name", i + 1);
        all = bip__intake_both(all, st);
    }
    return all;
}

/* Everything that identifies the assessment. Every part is looked at, so that all that is wrong is told at once;
 * *placed: instrument and respondent are known, so that scores can be checked whatever else is wrong. */
static bip_status read_key(reader *r, bip__row_key *key, bool *placed, bip_error *err)
{
    bip__intake *in = r->in;
    const bip__said person = said_of(r, BIP__COLUMN_PARTICIPANT), date = said_of(r, BIP__COLUMN_DATE),
                    rater = said_of(r, BIP__COLUMN_RATER), instrument = said_of(r, BIP__COLUMN_INSTRUMENT),
                    respondent = said_of(r, BIP__COLUMN_RESPONDENT);
    *key = r->memo.key;
    *placed = true;
    if (bip__memo_same_key(&r->memo, &r->columns, &r->csv))
        return BIP_OK;
    *key = (bip__row_key){0};
    *placed = r->memo.known = false;
    bip_status all = bip__intake_person(in, &person, &key->person, err);
    all = bip__intake_both(all, bip__intake_date(in, &date, &key->day, err));
    all = bip__intake_both(all, bip__intake_rater(in, &rater, &key->rater, err));
    if (all != BIP_OK)
        key->person = 0;
    bip_status st = bip__intake_instrument(in, &instrument, key, err);
    if (st == BIP_OK)
        st = bip__intake_respondent(in, &respondent, key, err);
    *placed = st == BIP_OK;
    if (st == BIP_OK && key->person != 0)
        st = bip__intake_fits(in, &person, key->person, key->version, err);
    all = bip__intake_both(all, st);
    if (all == BIP_OK)
        bip__memo_learn_key(&r->memo, in, &r->columns, &r->csv, key);
    return all;
}

/* Blanks alone are no note, unless they are quoted. */
static bool is_blank(const reader *r)
{
    const int32_t at = r->columns.at[BIP__COLUMN_NOTE];
    if (at < 0 || (size_t)at >= r->csv.n)
        return true;
    return !r->csv.cells[at].quoted && bip__cell_trim(r->csv.cells[at]).n == 0;
}

static bip_status read_note(reader *r, const char **note, size_t *n, bip_error *err)
{
    bip__said said = said_of(r, BIP__COLUMN_NOTE);
    if (is_blank(r))
        said.n = 0;
    return bip__intake_note(r->in, &said, note, n, err);
}

/* ------------------------------------------------------------ long */

/* The number of an `assessment` text; of a long one its hash is kept, so that memory doesn't grow with the text. */
#define LONG_GROUP 64
static bip_status group_number(reader *r, const bip__said *said, uint32_t *number, bip_error *err)
{
    uint8_t hash[BIP_HASH_SIZE];
    const bool is_long = said->n > LONG_GROUP;
    if (is_long)
        bip__hash_once(said->s, said->n, hash);
    *number = bip__intern_add(&r->in->groups, is_long ? (const char *)hash : said->s, is_long ? sizeof hash : said->n);
    return *number != 0 ? BIP_OK : bip__nomem(err);
}

static bip_status long_group(reader *r, uint32_t *number, bip_error *err)
{
    const bip__said said = said_of(r, BIP__COLUMN_ASSESSMENT);
    *number = 0;
    if (said.n == 0)
        return BIP_OK;
    return group_number(r, &said, number, err);
}

static bip_status long_score(reader *r, const bip__row_key *key, bip_score *score, int32_t *item, bip_error *err)
{
    bip__intake *in = r->in;
    const bip__said name = said_of(r, BIP__COLUMN_INDICATOR), cell = said_of(r, BIP__COLUMN_SCORE);
    const bip__instrument *def = bip__intake_def(in, key->version);
    bip__vocabulary *words;
    int32_t indicator;
    *item = -1;
    if (cell.n == 0)
        return BIP_OK;
    bip_status st = bip__intake_vocabulary(in, key->version, &words, err);
    if (st == BIP_OK)
        st = bip__lexicon_find(&words->indicators, name.s, name.n, &indicator, err);
    if (st != BIP_OK)
        return st;
    if (indicator < 0)
        return bip__intake_refuse(in, name.line, name.column, err,
                                  indicator == BIP__AMBIGUOUS ? "%s is the name of more than one indicator of %s@%s"
                                                              : "%s is no indicator of %s@%s",
                                  name.n > 0 ? bip__intake_quote(in, name.s, name.n) : "an empty cell", def->code,
                                  def->version);
    st = bip__intake_score(in, &cell, key, indicator, score, item, err);
    if (st == BIP_OK && *item >= 0)
        bip__memo_learn_item(&r->memo, in, &r->columns, &r->csv, key, indicator, *item);
    return st;
}

/* A file of this form has a row for each score there is: an indicator without a row is not asked, and a correction by
 * such a file takes its score out. */
static bip_status read_long(reader *r, bip_error *err)
{
    const bool has_note = r->columns.at[BIP__COLUMN_NOTE] >= 0;
    bip__row_key key;
    bip__item_score score = {.item = -1};
    const char *note;
    size_t note_n;
    uint32_t number;
    bool placed;
    bip_status st = read_key(r, &key, &placed, err);
    st = bip__intake_both(st, read_note(r, &note, &note_n, err));
    if (placed)
        st = bip__intake_both(st, long_score(r, &key, &score.score, &score.item, err));
    if (st != BIP_OK)
        return st;
    if (score.item < 0 && note == NULL) {
        r->in->result.empty_rows++;
        return BIP_OK;
    }
    st = long_group(r, &number, err);
    if (st == BIP_OK)
        st = bip__stage_open(r->in, &key, number, bip__stage_hash(r->in, &key, number), r->csv.line, has_note, err);
    if (st != BIP_OK)
        return st;
    st = bip__stage_note(r->in, r->csv.line, said_of(r, BIP__COLUMN_NOTE).column, note, note_n, err);
    score.code = bip__packed_code(&score.score);
    if (score.item >= 0)
        st = bip__intake_both(
            st, bip__stage_scores(r->in, r->csv.line, said_of(r, BIP__COLUMN_INDICATOR).column, &score, 1, err));
    return st;
}

/* Where the assessment can't be opened each row is refused. */
static bip_status stage_run(reader *r, const bip__quick_run *run, const bip__item_score *scores, bip_error *err)
{
    const bool has_note = r->columns.at[BIP__COLUMN_NOTE] >= 0;
    const char *column = r->columns.list[r->columns.at[BIP__COLUMN_INDICATOR]].name;
    bip_status st = BIP_E_REFUSED;
    for (uint32_t i = 0; i < run->n && st == BIP_E_REFUSED; i++)
        st = bip__stage_open(r->in, &run->key, run->group, run->found_by, run->line + i, has_note, err);
    return st == BIP_OK ? bip__stage_scores(r->in, run->line, column, scores, run->n, err) : st;
}

static bip_status stage_runs(reader *r, bip__quick_batch *batch, bip_error *err)
{
    bip_status all = BIP_OK;
    for (size_t i = 0; i < batch->n; i++) {
        bip__quick_run *run = &batch->runs[i];
        run->found_by = bip__stage_hash(r->in, &run->key, run->group);
        if (!run->same)
            bip__stage_hint(r->in, run->found_by, 1);
    }
    for (size_t i = 0; i < batch->n; i++)
        if (!batch->runs[i].same)
            bip__stage_hint(r->in, batch->runs[i].found_by, 2);
    for (size_t i = 0; i < batch->n && goes_on(all); i++)
        all = bip__intake_both(all, stage_run(r, &batch->runs[i], batch->scores + batch->runs[i].first, err));
    return all;
}

/* Rows of which nothing is new but the score, for as long as they come. */
static bip_status read_quick(reader *r, bip_error *err)
{
    bip__quick_batch batch;
    bip_status all = BIP_OK;
    for (bool more = true; more && goes_on(all);) {
        more = bip__memo_rows(&r->memo, r->in, &r->columns, &r->csv, &batch);
        all = bip__intake_both(all, stage_runs(r, &batch, err));
    }
    return all;
}

/* ------------------------------------------------------------ wide */

static bip_status wide_scores(reader *r, const bip__row_key *key, bool *any, bip_error *err)
{
    bip__intake *in = r->in;
    const bip__instrument *def = bip__intake_def(in, key->version);
    const int32_t *indicators;
    bip_status all = bip__columns_indicators(&r->columns, in, key->version, &indicators, err);
    if (all != BIP_OK)
        return all;
    for (size_t i = 0; i < def->n_items[key->respondent]; i++)
        in->scores[i] = (bip_score){.answer = BIP_NOT_ASKED};
    for (size_t i = 0; i < r->csv.n; i++) {
        bip_status st = BIP_OK;
        bip_score score = {0};
        int32_t item = -1;
        if (r->columns.list[i].kind != BIP__COLUMN_ITEM)
            continue;
        const bip__said cell = said_at(r, i, true);
        if (cell.n == 0)
            continue;
        *any = true;
        if (indicators[i] < 0)
            st = bip__intake_refuse(in, cell.line, cell.column, err, "is no indicator of %s@%s", def->code,
                                    def->version);
        else
            st = bip__intake_score(in, &cell, key, indicators[i], &score, &item, err);
        if (st == BIP_OK && item >= 0)
            in->scores[item] = score;
        all = bip__intake_both(all, st);
    }
    return all;
}

static bool same_key(const bip__row_key *a, const bip__row_key *b)
{
    return a->person == b->person && a->day == b->day && a->version == b->version && a->respondent == b->respondent &&
           a->rater == b->rater;
}

/* In this form a text groups nothing; it must not stand for two keys. */
static bip_status wide_group(reader *r, const bip__row_key *key, bip_error *err)
{
    const bip__said said = said_of(r, BIP__COLUMN_ASSESSMENT);
    const size_t before = r->in->groups.n;
    if (said.n == 0)
        return BIP_OK;
    if (!bip__grow(&r->groups, &r->groups_cap, before + 1, sizeof *r->groups))
        return bip__nomem(err);
    uint32_t number;
    bip_status st = group_number(r, &said, &number, err);
    if (st != BIP_OK)
        return st;
    if (number > before)
        r->groups[number - 1] = (group){*key, said.line};
    else if (!same_key(&r->groups[number - 1].key, key))
        return bip__intake_refuse(r->in, said.line, said.column, err,
                                  "the assessment of line %lld is of another participant, date, instrument, respondent "
                                  "or rater",
                                  (long long)r->groups[number - 1].line);
    return BIP_OK;
}

static bip_status read_wide(reader *r, bip_error *err)
{
    const bool has_note = r->columns.at[BIP__COLUMN_NOTE] >= 0;
    bip__row_key key;
    const char *note;
    size_t note_n;
    bool any = false, placed;
    bip_status st = read_key(r, &key, &placed, err);
    st = bip__intake_both(st, read_note(r, &note, &note_n, err));
    if (placed)
        st = bip__intake_both(st, wide_scores(r, &key, &any, err));
    if (st == BIP_OK)
        st = wide_group(r, &key, err);
    if (st != BIP_OK)
        return st;
    if (!any && note == NULL) {
        r->in->result.empty_rows++;
        return BIP_OK;
    }
    return bip__stage_whole(r->in, &key, r->csv.line, note, note_n, has_note, err);
}

/* ------------------------------------------------------------ the file */

/* The file can't be read on: told like any other refusal. */
static bip_status stop_reading(reader *r, bip_status st, bip_error *why, bip_error *err)
{
    if (st != BIP_E_REFUSED) {
        if (err != NULL)
            *err = *why;
        return st;
    }
    long long line = 0;
    for (const char *digit = why->where + strcspn(why->where, "0123456789"); *digit >= '0' && *digit <= '9'; digit++)
        line = line * 10 + (*digit - '0');
    return bip__intake_refuse_as(r->in, line, "", why, err);
}

static bip_status read_row(reader *r, bip_error *err)
{
    bip_status st = check_cells(r, err);
    if (st == BIP_OK)
        st = r->columns.is_long ? read_long(r, err) : read_wide(r, err);
    return st;
}

static bip_status read_rows(reader *r, bip_error *err)
{
    bip_error why;
    bip_status st = BIP_OK, all = BIP_OK;
    while (st == BIP_OK && goes_on(all)) {
        all = bip__intake_both(all, read_quick(r, err));
        if (goes_on(all) && (st = bip__csv_next(&r->csv, &why)) == BIP_OK)
            all = bip__intake_both(all, read_row(r, err));
    }
    if (goes_on(all) && st != BIP_DONE)
        all = bip__intake_both(all, stop_reading(r, st, &why, err));
    return goes_on(all) ? bip__intake_both(all, bip__stage_compare_groups(r->in, err)) : all;
}

static bip_status read_file(reader *r, const char *format, bip_error *err)
{
    bip_error why;
    bip_status st = bip__csv_next(&r->csv, &why);
    if (st == BIP_DONE)
        return bip__intake_refuse(r->in, 1, "", err, "the file is empty: there is no header");
    if (st != BIP_OK)
        return stop_reading(r, st, &why, err);
    if ((st = bip__columns_read(&r->columns, r->in, &r->csv, format, err)) != BIP_OK)
        return st;
    bip__memo_open(&r->memo, &r->columns, &r->csv);
    return read_rows(r, err);
}

/* The reader is 50 KB: too much for the stack of a host's thread, see tests/fault/stack.c. */
bip_status bip__read_csv(bip__intake *in, bip__source *source, const char *format, bip_error *err)
{
    reader *r = bip__alloc_zero(1, sizeof *r);
    if (r == NULL)
        return bip__nomem(err);
    r->in = in;
    bip__csv_init(&r->csv, source);
    bip_status st = read_file(r, format, err);
    bip__csv_free(&r->csv);
    bip__free(r->groups);
    bip__free(r);
    return st;
}
