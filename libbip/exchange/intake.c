#include "exchange/intake.h"

#include "base/number.h"
#include "base/reason.h"
#include "base/text.h"
#include "model/code.h"
#include "model/national_id.h"
#include "model/options.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define QUOTED 40 /* bytes of a cell that a message repeats */

/* ------------------------------------------------------------ reports */

bip_status bip__intake_refuse_as(bip__intake *in, int64_t line, const char *column, const bip_error *why,
                                 bip_error *err)
{
    bip_error told;
    char place[sizeof told.where];
    if (column[0] != '\0')
        snprintf(place, sizeof place, "line %lld, column %s", (long long)line, column);
    else
        snprintf(place, sizeof place, "line %lld", (long long)line);
    bip__fail(&told, BIP_E_REFUSED, place, "%s", why->message); /* cuts between characters */
    const bip_issue issue = {.line = line, .column = column, .where = told.where, .message = told.message};
    if (in->result.refused++ == 0)
        in->first = told;
    in->stopped |= in->issue != NULL && !in->stopped && in->issue(in->ctx, &issue) != 0;
    return in->stopped ? bip__fail(err, BIP_E_CANCELLED, NULL, "stopped") : BIP_E_REFUSED;
}

bip_status bip__intake_refuse(bip__intake *in, int64_t line, const char *column, bip_error *err, const char *fmt, ...)
{
    bip_error why;
    char text[sizeof why.message];
    va_list args;
    va_start(args, fmt);
    if (vsnprintf(text, sizeof text, fmt, args) < 0)
        text[0] = '\0';
    va_end(args);
    bip__fail(&why, BIP_E_REFUSED, NULL, "%s", text);
    return bip__intake_refuse_as(in, line, column, &why, err);
}

const char *bip__intake_quote(bip__intake *in, const char *s, size_t n)
{
    size_t begin, end, shown = bip__utf8_cut(s, n, QUOTED);
    if (bip__national_id_find(s, n, true, 0, &begin, &end)) /* messages end in logs */
        return "[...]";
    bip__out_clear(&in->quoted);
    bip__out_bytes(&in->quoted, s, shown);
    bip__out_text(&in->quoted, shown < n ? "..." : "");
    bip__out_char(&in->quoted, '\0');
    return in->quoted.status == BIP_OK ? in->quoted.data : "";
}

bip_status bip__intake_both(bip_status a, bip_status b)
{
    if (a == BIP_OK || (a == BIP_E_REFUSED && b != BIP_OK))
        return b;
    return a;
}

/* A check's failure becomes a report where it is about data. */
static bip_status report(bip__intake *in, const bip__said *cell, bip_status st, const bip_error *why, bip_error *err)
{
    if (st == BIP_E_REFUSED)
        return bip__intake_refuse_as(in, cell->line, cell->column, why, err);
    if (st != BIP_OK && err != NULL)
        *err = *why;
    return st;
}

/* The cell with a NUL behind it; lent until the scratch is used again, NULL: no memory. */
static const char *text_of(bip__intake *in, const bip__said *cell)
{
    bip__out_clear(&in->text);
    bip__out_bytes(&in->text, cell->s, cell->n);
    bip__out_char(&in->text, '\0');
    return in->text.status == BIP_OK ? in->text.data : NULL;
}

/* ------------------------------------------------------------ people, dates */

static bip_status arrive(bip__intake *in, const bip__said *cell, int32_t person, uint32_t *number, bip_error *err)
{
    if (!bip__grow_table(&in->arrivals, &in->arrivals_cap, in->people.n + 1, sizeof *in->arrivals))
        return bip__nomem(err);
    *number = bip__intern_add(&in->people, cell->s, cell->n);
    if (*number == 0)
        return bip__nomem(err);
    in->arrivals[*number - 1] = (bip__arrival){person, -1};
    return BIP_OK;
}

static bip_status check_fit(bip__intake *in, uint32_t person, int32_t version, bip_error *why)
{
    bip__arrival *arrival = &in->arrivals[person - 1];
    if (arrival->checked == version)
        return BIP_OK;
    bip_status st = bip__participant_fits(bip__intake_def(in, version), bip__intern_text(&in->people, person), why);
    if (st == BIP_OK)
        arrival->checked = version;
    return st;
}

/* Somebody the file hasn't named before. BIP_E_REFUSED says why, and tells nobody. */
static bip_status meet(bip__intake *in, const bip__said *cell, uint32_t *person, bip_error *why)
{
    bip__storage *storage = in->context->storage;
    int32_t n = 0;
    bip_status st = bip__name_check("participant", cell->s, cell->n, in->context->national_ids, why);
    if (st != BIP_OK)
        return st;
    const char *code = text_of(in, cell);
    if (code == NULL)
        return bip__nomem(why);
    st = storage->api->person_find(storage, code, &n, why);
    if (st == BIP_E_NOT_FOUND && !in->create)
        return bip__fail(why, BIP_E_REFUSED, NULL, "no participant %s is registered", code);
    return st == BIP_OK || st == BIP_E_NOT_FOUND ? arrive(in, cell, n, person, why) : st;
}

bip_status bip__intake_person(bip__intake *in, const bip__said *cell, uint32_t *person, bip_error *err)
{
    bip_error why;
    *person = bip__intern_find(&in->people, cell->s, cell->n);
    return *person != 0 ? BIP_OK : report(in, cell, meet(in, cell, person, &why), &why, err);
}

bip_status bip__intake_newcomer(bip__intake *in, const bip__said *cell, int32_t version, uint32_t *person)
{
    bip_error why;
    bip_status st = meet(in, cell, person, &why);
    return st == BIP_OK ? check_fit(in, *person, version, &why) : st;
}

bip_status bip__intake_fits(bip__intake *in, const bip__said *cell, uint32_t person, int32_t version, bip_error *err)
{
    bip_error why;
    return report(in, cell, check_fit(in, person, version, &why), &why, err);
}

/* What spreadsheets make of dates, where it can be told. */
static const char *advice_on_date(const bip__intake *in, const bip__said *cell)
{
    bip_date day;
    size_t digits = 0;
    if (in->dates == BIP__DATE_YMD && bip__date_read(cell->s, cell->n, BIP__DATE_DMY, false, &day) == BIP__DATE_OK)
        return "; the option dates, set to dmy, reads it";
    while (digits < cell->n && cell->s[digits] >= '0' && cell->s[digits] <= '9')
        digits++;
    if (digits == 5 && cell->n == 5)
        return "; a spreadsheet's number of a day: give the column the format of a date";
    return "";
}

bip_status bip__intake_date(bip__intake *in, const bip__said *cell, bip_date *day, bip_error *err)
{
    if (cell->n == 0)
        return bip__intake_refuse(in, cell->line, cell->column, err, "the date is empty");
    const bip__date_fault fault = bip__date_read(cell->s, cell->n, in->dates, in->dates == BIP__DATE_YMD, day);
    if (fault == BIP__DATE_OK)
        return BIP_OK;
    return bip__intake_refuse(in, cell->line, cell->column, err, "%s %s%s", bip__intake_quote(in, cell->s, cell->n),
                              bip__date_fault_text_as(fault, in->dates),
                              fault == BIP__DATE_SYNTAX ? advice_on_date(in, cell) : "");
}

bip_status bip__intake_rater(bip__intake *in, const bip__said *cell, uint32_t *rater, bip_error *err)
{
    bip_error why;
    *rater = 0;
    if (cell->n == 0 || (*rater = bip__intern_find(&in->raters, cell->s, cell->n)) != 0)
        return BIP_OK;
    bip_status st = bip__name_check("rater", cell->s, cell->n, in->context->national_ids, &why);
    if (st != BIP_OK)
        return report(in, cell, st, &why, err);
    *rater = bip__intern_add(&in->raters, cell->s, cell->n);
    return *rater != 0 ? BIP_OK : bip__nomem(err);
}

bip_status bip__intake_note(bip__intake *in, const bip__said *cell, const char **note, size_t *n, bip_error *err)
{
    bip_error why;
    const char *s = cell->s;
    *note = NULL;
    *n = cell->n;
    if (cell->n == 0)
        return BIP_OK;
    if (in->redact) {
        bip__out_clear(&in->redacted);
        bip__national_id_redact(cell->s, cell->n, &in->redacted);
        if (in->redacted.status != BIP_OK)
            return bip__nomem(err);
        s = in->redacted.data;
        *n = in->redacted.len;
    }
    bip_status st = bip__text_check("note", s, *n, in->context->national_ids, &why);
    if (st != BIP_OK)
        return report(in, cell, st, &why, err);
    if (*n > UINT32_MAX)
        return bip__intake_refuse(in, cell->line, cell->column, err, "the note is too long");
    *note = s;
    return BIP_OK;
}

/* ------------------------------------------------------------ instruments */

static bip_status fill_vocabulary(bip__vocabulary *v, const bip__instrument *def, bip_error *err)
{
    v->roles = bip__alloc_zero(def->n_respondents, sizeof *v->roles);
    bip_status st = v->roles != NULL ? BIP_OK : bip__nomem(err);
    for (size_t r = 0; st == BIP_OK && r < def->n_respondents; r++) {
        v->roles[r] = (uint32_t)bip__intern_hash(def->respondents[r].code, strlen(def->respondents[r].code));
        st = bip__lexicon_add(&v->respondents, def->respondents[r].code, BIP__RANK_CODE, (int32_t)r, err);
        if (st == BIP_OK)
            st = bip__lexicon_add_title(&v->respondents, &def->respondents[r].title, (int32_t)r, err);
    }
    for (size_t i = 0; st == BIP_OK && i < def->n_indicators; i++) {
        st = bip__lexicon_add(&v->indicators, def->indicators[i].code, BIP__RANK_CODE, (int32_t)i, err);
        if (st == BIP_OK)
            st = bip__lexicon_add_title(&v->indicators, &def->indicators[i].title, (int32_t)i, err);
    }
    v->ready = st == BIP_OK;
    return st;
}

bip_status bip__intake_vocabulary(bip__intake *in, int32_t version, bip__vocabulary **out, bip_error *err)
{
    *out = &in->vocabularies[version];
    return (*out)->ready ? BIP_OK : fill_vocabulary(*out, bip__intake_def(in, version), err);
}

/* The instrument that a text names, without its version: the index of the version added last. */
static bip_status find_instrument(bip__intake *in, const bip__said *cell, const char *s, size_t n, int32_t *version,
                                  bip_error *err)
{
    bip_status st = bip__lexicon_find(&in->instruments, s, n, version, err);
    if (st == BIP_OK && *version == BIP__AMBIGUOUS)
        return bip__intake_refuse(in, cell->line, cell->column, err, "%s is the name of more than one instrument",
                                  bip__intake_quote(in, s, n));
    return st;
}

/* CODE@VERSION, where the whole names nothing. */
static bip_status find_version(bip__intake *in, const bip__said *cell, bip__row_key *key, bip_error *err)
{
    const char *at = NULL;
    for (size_t i = 0; i < cell->n; i++)
        if (cell->s[i] == '@')
            at = cell->s + i;
    if (at == NULL)
        return BIP_OK;
    bip_status st = find_instrument(in, cell, cell->s, (size_t)(at - cell->s), &key->version, err);
    if (st != BIP_OK || key->version < 0)
        return st;
    const char *text = text_of(in, cell);
    if (text == NULL)
        return bip__nomem(err);
    const bip__version *exact =
        bip__catalogue_exact(in->catalogue, bip__intake_def(in, key->version)->code, text + (at - cell->s) + 1);
    key->version = exact != NULL ? (int32_t)(exact - in->catalogue->versions) : BIP__UNKNOWN;
    key->named = true;
    return BIP_OK;
}

bip_status bip__intake_instrument(bip__intake *in, const bip__said *cell, bip__row_key *key, bip_error *err)
{
    key->named = false;
    if (cell->n == 0 && in->instrument != NULL) {
        key->version = (int32_t)(in->instrument - in->catalogue->versions);
        key->named = in->instrument_named;
        return BIP_OK;
    }
    if (cell->n == 0)
        return bip__intake_refuse(in, cell->line, cell->column, err, "no instrument is named");
    bip_status st = find_instrument(in, cell, cell->s, cell->n, &key->version, err);
    if (st == BIP_OK && key->version == BIP__UNKNOWN)
        st = find_version(in, cell, key, err);
    if (st == BIP_OK && key->version == BIP__UNKNOWN)
        st = bip__intake_refuse(in, cell->line, cell->column, err, "no instrument %s is in the store",
                                bip__intake_quote(in, cell->s, cell->n));
    return st;
}

/* The respondent in the newest version of the instrument that has one of that name. */
static bip_status newest_respondent(bip__intake *in, const bip__said *cell, const char *code, const char **respondent,
                                    bip_error *err)
{
    *respondent = NULL;
    for (size_t i = in->catalogue->n; i-- > 0 && *respondent == NULL;) {
        const bip__instrument *def = in->catalogue->versions[i].def;
        bip__vocabulary *words;
        int32_t index = BIP__UNKNOWN;
        if (strcmp(def->code, code) != 0)
            continue;
        bip_status st = bip__intake_vocabulary(in, (int32_t)i, &words, err);
        if (st == BIP_OK)
            st = bip__lexicon_find(&words->respondents, cell->s, cell->n, &index, err);
        if (st != BIP_OK)
            return st;
        if (index >= 0)
            *respondent = def->respondents[index].code;
    }
    return BIP_OK;
}

/* A row that names no version and whose key is held is read under the version it was stored with. */
static bip_status take_held_version(bip__intake *in, const bip__said *cell, bip__row_key *key, bip_error *err)
{
    const char *code = bip__intake_def(in, key->version)->code, *respondent;
    const int32_t person = key->person != 0 ? in->arrivals[key->person - 1].person : 0;
    bip__holder holder;
    if (key->named || person == 0 || bip__catalogue_count(in->catalogue, code) < 2)
        return BIP_OK;
    bip_status st = newest_respondent(in, cell, code, &respondent, err);
    if (st != BIP_OK || respondent == NULL)
        return st;
    st = bip__holder_find(in->context, &in->found, person, key->day, code, respondent,
                          key->rater != 0 ? bip__intern_text(&in->raters, key->rater) : NULL, &holder, err);
    if (st == BIP_OK && holder.held)
        key->version = (int32_t)(holder.version - in->catalogue->versions);
    bip__arena_reset(&in->found);
    return st;
}

bip_status bip__intake_respondent(bip__intake *in, const bip__said *cell, bip__row_key *key, bip_error *err)
{
    bip__vocabulary *words;
    bip_status st = take_held_version(in, cell, key, err);
    if (st == BIP_OK)
        st = bip__intake_vocabulary(in, key->version, &words, err);
    if (st == BIP_OK)
        st = bip__lexicon_find(&words->respondents, cell->s, cell->n, &key->respondent, err);
    if (st != BIP_OK || key->respondent >= 0)
        return st;
    if (cell->n == 0)
        return bip__intake_refuse(in, cell->line, cell->column, err, "the respondent is empty");
    const bip__instrument *def = bip__intake_def(in, key->version);
    return bip__intake_refuse(in, cell->line, cell->column, err,
                              key->respondent == BIP__AMBIGUOUS ? "%s is the name of more than one respondent of %s@%s"
                                                                : "%s is no respondent of %s@%s",
                              bip__intake_quote(in, cell->s, cell->n), def->code, def->version);
}

/* ------------------------------------------------------------ scores */

bip_status bip__intake_number(bip__intake *in, int64_t line, const char *column, const bip__row_key *key,
                              int32_t indicator, const bip_score *score, int32_t *item, bip_error *err)
{
    const bip__instrument *def = bip__intake_def(in, key->version);
    bip_error why;
    *item = bip__instrument_item(def, key->respondent, indicator);
    if (*item < 0 && score->answer == BIP_NOT_ASKED)
        return BIP_OK;
    if (*item < 0)
        return bip__intake_refuse(in, line, column, err, "%s is not asked of %s", def->indicators[indicator].code,
                                  def->respondents[key->respondent].code);
    if (bip__score_check(&def->indicators[indicator], score, &why) == BIP_OK)
        return BIP_OK;
    return bip__intake_refuse(in, line, column, err, "%s", why.message);
}

bip_status bip__intake_score(bip__intake *in, const bip__said *cell, const bip__row_key *key, int32_t indicator,
                             bip_score *out, int32_t *item, bip_error *err)
{
    *out = (bip_score){.answer = BIP_NUMBER};
    if (cell->n == 1 && cell->s[0] >= '0' && cell->s[0] <= '9') {
        out->number = cell->s[0] - '0'; /* nine in ten */
    } else if (cell->n == 0) {
        out->answer = BIP_NOT_ASKED;
    } else if (!bip__number_parse_cell(cell->s, cell->n, &out->number)) {
        int32_t reason;
        bip_status st = bip__lexicon_find(&in->reasons, cell->s, cell->n, &reason, err);
        if (st != BIP_OK)
            return st;
        if (reason < 0)
            return bip__intake_refuse(in, cell->line, cell->column, err, "%s is neither a number nor a reason",
                                      bip__intake_quote(in, cell->s, cell->n));
        out->answer = reason;
    }
    return bip__intake_number(in, cell->line, cell->column, key, indicator, out, item, err);
}

/* ------------------------------------------------------------ opening, closing */

static bip_status fill_reasons(bip__intake *in, bip_error *err)
{
    bip_status st = BIP_OK;
    for (size_t i = 0; st == BIP_OK && i < bip__n_reasons; i++)
        st = bip__lexicon_add(&in->reasons, bip__reasons[i].text, BIP__RANK_CODE, bip__reasons[i].answer, err);
    return st;
}

static bip_status fill_instruments(bip__intake *in, bip_error *err)
{
    const bip__catalogue *c = in->catalogue;
    bip_status st = BIP_OK;
    for (size_t i = 0; st == BIP_OK && i < c->n; i++) {
        const bip__instrument *def = c->versions[i].def;
        const int32_t latest = (int32_t)(bip__catalogue_latest(c, def->code) - c->versions);
        st = bip__lexicon_add(&in->instruments, def->code, BIP__RANK_CODE, latest, err);
        if (st == BIP_OK)
            st = bip__lexicon_add_title(&in->instruments, &def->title, latest, err);
        for (size_t r = 0; r < def->n_respondents; r++)
            if (def->n_items[r] > in->most_items)
                in->most_items = def->n_items[r];
    }
    return st;
}

static bip_status take_ignored(bip__intake *in, const bip__options *options, bip_error *err)
{
    size_t cap = 0;
    for (const char *name; (name = bip__options_item(options, "ignore_columns", in->n_ignored)) != NULL;) {
        size_t n;
        const char *folded = bip__text_fold(&in->arena, name, strlen(name), &n);
        if (folded == NULL || !bip__grow(&in->ignored, &cap, in->n_ignored + 1, sizeof *in->ignored))
            return bip__nomem(err);
        in->ignored[in->n_ignored++] = folded;
    }
    return BIP_OK;
}

static bip_status take_options(bip__intake *in, const bip__options *options, bip_error *err)
{
    const char *dates = bip__options_text(options, "dates"), *instrument = bip__options_text(options, "instrument");
    in->create = bip__options_flag(options, "create_participants");
    in->update = bip__options_flag(options, "update");
    in->redact = bip__options_flag(options, "redact");
    in->dates = dates != NULL && strcmp(dates, "dmy") == 0 ? BIP__DATE_DMY : BIP__DATE_YMD;
    if (instrument != NULL) {
        in->instrument = bip__catalogue_find(in->catalogue, instrument, &in->instrument_named);
        if (in->instrument == NULL)
            return bip__fail(err, BIP_E_REFUSED, "instrument", "no instrument %s is in the store", instrument);
    }
    return take_ignored(in, options, err);
}

static bip_status take_today(const bip__context *c, const bip__options *options, bip_date *today, bip_error *err)
{
    const char *as_of = bip__options_text(options, "as_of");
    *today = as_of == NULL ? bip__context_today(c) : BIP_NO_DATE;
    if (as_of == NULL || bip__date_read(as_of, strlen(as_of), BIP__DATE_YMD, false, today) == BIP__DATE_OK)
        return BIP_OK;
    return bip__fail(err, BIP_E_USAGE, "as_of", "must be a date (YYYY-MM-DD)");
}

static bip_status parse_options(const bip__context *c, const char *json, bip__options **out, bip_date *today,
                                bip_error *err)
{
    static const bip__option known[] = {{"instrument", BIP__OPTION_TEXT},     {"dates", BIP__OPTION_TEXT},
                                        {"ignore_columns", BIP__OPTION_LIST}, {"create_participants", BIP__OPTION_FLAG},
                                        {"update", BIP__OPTION_FLAG},         {"redact", BIP__OPTION_FLAG},
                                        {"as_of", BIP__OPTION_TEXT}};
    bip_status st = bip__options_parse(json, known, sizeof known / sizeof *known, out, err);
    const char *dates = st == BIP_OK ? bip__options_text(*out, "dates") : NULL;
    if (dates != NULL && strcmp(dates, "dmy") != 0 && strcmp(dates, "ymd") != 0)
        st = bip__fail(err, BIP_E_USAGE, "dates", "must be ymd or dmy");
    return st == BIP_OK ? take_today(c, *out, today, err) : st;
}

bip_status bip__intake_check_options(const bip__context *c, const char *options_json, bip_date *today, bip_error *err)
{
    bip__options *options = NULL;
    bip_status st = parse_options(c, options_json, &options, today, err);
    bip__options_free(options);
    return st;
}

static bip_status read_options(bip__intake *in, const char *json, bip_error *err)
{
    bip__options *options = NULL;
    bip_status st = parse_options(in->context, json, &options, &in->today, err);
    if (st == BIP_OK)
        st = take_options(in, options, err);
    bip__options_free(options);
    return st;
}

static bip_status make_room(bip__intake *in, bip_error *err)
{
    in->vocabularies = bip__alloc_zero(in->catalogue->n, sizeof *in->vocabularies);
    in->n_vocabularies = in->catalogue->n;
    in->scores = bip__alloc_zero(in->most_items, sizeof *in->scores);
    in->held = bip__alloc_zero(in->most_items, sizeof *in->held);
    return in->vocabularies && in->scores && in->held ? BIP_OK : bip__nomem(err);
}

bip_status bip__intake_open(bip__intake *in, bip__change *change, const char *options_json, bip_issue_fn issue,
                            void *ctx, bip_error *err)
{
    *in = (bip__intake){.change = change, .context = change->context, .issue = issue, .ctx = ctx};
    bip__out_init(&in->text, NULL, NULL);
    bip__out_init(&in->quoted, NULL, NULL);
    bip__out_init(&in->redacted, NULL, NULL);
    bip_status st = bip__context_catalogue(in->context, &in->catalogue, err);
    if (st == BIP_OK)
        st = read_options(in, options_json, err);
    if (st == BIP_OK)
        st = fill_reasons(in, err);
    if (st == BIP_OK)
        st = fill_instruments(in, err);
    return st == BIP_OK ? make_room(in, err) : st;
}

void bip__intake_close(bip__intake *in)
{
    /* not by the catalogue's count: another process may have added to it */
    for (size_t i = 0; in->vocabularies != NULL && i < in->n_vocabularies; i++) {
        bip__lexicon_free(&in->vocabularies[i].respondents);
        bip__lexicon_free(&in->vocabularies[i].indicators);
        bip__free(in->vocabularies[i].roles);
        bip__free(in->vocabularies[i].covered);
    }
    bip__free(in->vocabularies);
    bip__lexicon_free(&in->instruments);
    bip__lexicon_free(&in->reasons);
    bip__intern_free(&in->people);
    bip__intern_free(&in->raters);
    bip__intern_free(&in->groups);
    bip__free(in->arrivals);
    bip__free(in->ignored);
    bip__free(in->scores);
    bip__free(in->held);
    bip__arena_free(&in->arena);
    bip__arena_free(&in->found);
    bip__out_free(&in->text);
    bip__out_free(&in->quoted);
    bip__out_free(&in->redacted);
    bip__stage_free(&in->stage);
}
