#include "exchange/intake.h"
#include "exchange/json_reader.h"

#include <string.h>

enum { SCHEMA, ID, PARTICIPANT, INSTRUMENT, VERSION, RESPONDENT, DATE, RATER, NOTE, RECORDED, BY, SCORES, FIELDS };
static const char *const names[FIELDS] = {"schema", "id",    "participant", "instrument", "version", "respondent",
                                          "date",   "rater", "note",        "recorded",   "by",      "scores"};

typedef struct named_score {
    const char *code;
    bip_score score;
} named_score;

typedef struct reader {
    bip__intake *in;
    bip__json_reader json;
    int64_t line;
    bip__arena arena; /* texts of the line */
    const char *texts[FIELDS];
    size_t lengths[FIELDS];
    uint32_t seen; /* fields that are there */
    named_score *scores;
    size_t n, cap;
} reader;

/* ------------------------------------------------------------ the line as written */

static bip_status keep_text(reader *r, size_t field, bip_error *err)
{
    const char *s;
    bip_status st = bip__json_read_text(&r->json, field != SCHEMA && field != PARTICIPANT && field != DATE, &s,
                                        &r->lengths[field], err);
    if (st != BIP_OK || s == NULL)
        return st;
    r->texts[field] = bip__arena_strndup(&r->arena, s, r->lengths[field]);
    return r->texts[field] != NULL ? BIP_OK : bip__nomem(err);
}

static bip_status read_scores(reader *r, bip_error *err)
{
    bip_status st = bip__json_expect(&r->json, BIP__JSON_OBJECT, err);
    while (st == BIP_OK && (st = bip__json_next(&r->json, err)) == BIP_OK && r->json.token == BIP__JSON_KEY) {
        if (!bip__grow(&r->scores, &r->cap, r->n + 1, sizeof *r->scores))
            return bip__nomem(err);
        named_score *named = &r->scores[r->n++];
        named->code = bip__arena_strndup(&r->arena, r->json.text.data, r->json.text.len);
        if (named->code == NULL)
            return bip__nomem(err);
        st = bip__json_next(&r->json, err);
        if (st == BIP_OK)
            st = bip__json_score(&r->json, &named->score, err);
    }
    return st;
}

static bip_status read_object(reader *r, bip_error *err)
{
    size_t field;
    bip_status st = bip__json_expect(&r->json, BIP__JSON_OBJECT, err);
    while (st == BIP_OK && (st = bip__json_field(&r->json, names, FIELDS, &r->seen, &field, err)) == BIP_OK)
        st = field == SCORES ? read_scores(r, err) : keep_text(r, field, err);
    return st == BIP_DONE ? bip__json_expect(&r->json, BIP__JSON_NONE, err) : st;
}

/* ------------------------------------------------------------ what it means */

static bip__said said_of(const reader *r, size_t field)
{
    return (bip__said){.line = r->line,
                       .column = names[field],
                       .s = r->texts[field] != NULL ? r->texts[field] : "",
                       .n = r->texts[field] != NULL ? r->lengths[field] : 0};
}

static bip_status check_fields(reader *r, bip_error *err)
{
    static const size_t required[] = {SCHEMA, PARTICIPANT, RESPONDENT, DATE, SCORES};
    bip_status all = BIP_OK;
    for (size_t i = 0; i < sizeof required / sizeof *required; i++)
        if (!(r->seen >> required[i] & 1))
            all = bip__intake_both(all, bip__intake_refuse(r->in, r->line, names[required[i]], err, "is missing"));
    if (r->texts[SCHEMA] != NULL && strcmp(r->texts[SCHEMA], "bip-assessment-1") != 0)
        all = bip__intake_both(all, bip__intake_refuse(r->in, r->line, names[SCHEMA], err,
                                                       "must be bip-assessment-1, not %s", r->texts[SCHEMA]));
    return all;
}

static bip_status instrument_of(reader *r, bip__row_key *key, bip_error *err)
{
    bip__said said = said_of(r, INSTRUMENT);
    if (r->texts[VERSION] != NULL && r->texts[INSTRUMENT] != NULL) {
        char *both = bip__arena_alloc(&r->arena, said.n + r->lengths[VERSION] + 2);
        if (both == NULL)
            return bip__nomem(err);
        memcpy(both, said.s, said.n);
        both[said.n] = '@';
        memcpy(both + said.n + 1, r->texts[VERSION], r->lengths[VERSION]);
        said.s = both;
        said.n += 1 + r->lengths[VERSION];
    }
    return bip__intake_instrument(r->in, &said, key, err);
}

static bip_status key_of(reader *r, bip__row_key *key, bool *placed, bip_error *err)
{
    bip__intake *in = r->in;
    const bip__said person = said_of(r, PARTICIPANT), date = said_of(r, DATE), rater = said_of(r, RATER),
                    respondent = said_of(r, RESPONDENT);
    *key = (bip__row_key){0};
    bip_status all = bip__intake_person(in, &person, &key->person, err);
    all = bip__intake_both(all, bip__intake_date(in, &date, &key->day, err));
    all = bip__intake_both(all, bip__intake_rater(in, &rater, &key->rater, err));
    if (all != BIP_OK)
        key->person = 0;
    bip_status st = instrument_of(r, key, err);
    if (st == BIP_OK)
        st = bip__intake_respondent(in, &respondent, key, err);
    *placed = st == BIP_OK;
    if (st == BIP_OK && key->person != 0)
        st = bip__intake_fits(in, &person, key->person, key->version, err);
    return bip__intake_both(all, st);
}

static bip_status take_score(reader *r, const bip__row_key *key, const named_score *named, bool *had, bip_error *err)
{
    bip__intake *in = r->in;
    const bip__instrument *def = bip__intake_def(in, key->version);
    const int32_t indicator = bip__instrument_indicator(def, named->code);
    int32_t item;
    if (indicator < 0)
        return bip__intake_refuse(in, r->line, named->code, err, "is no indicator of %s@%s", def->code, def->version);
    if (had[indicator])
        return bip__intake_refuse(in, r->line, named->code, err, "the key stands twice");
    had[indicator] = true;
    bip_status st = bip__intake_number(in, r->line, named->code, key, indicator, &named->score, &item, err);
    if (st == BIP_OK && item >= 0)
        in->scores[item] = named->score;
    return st;
}

/* An indicator without a key is not asked, as in `bip record`. */
static bip_status take_scores(reader *r, const bip__row_key *key, bip_error *err)
{
    const bip__instrument *def = bip__intake_def(r->in, key->version);
    bool *had = bip__arena_alloc(&r->arena, def->n_indicators * sizeof *had);
    bip_status all = BIP_OK;
    if (had == NULL)
        return bip__nomem(err);
    for (size_t i = 0; i < def->n_items[key->respondent]; i++)
        r->in->scores[i] = (bip_score){.answer = BIP_NOT_ASKED};
    for (size_t i = 0; i < r->n; i++)
        all = bip__intake_both(all, take_score(r, key, &r->scores[i], had, err));
    return all;
}

static bip_status take_line(reader *r, bip_error *err)
{
    const bip__said said = said_of(r, NOTE);
    bip__row_key key;
    const char *note;
    size_t note_n;
    bool placed = false, any = false;
    bip_status st = check_fields(r, err);
    if (st != BIP_OK)
        return st;
    st = key_of(r, &key, &placed, err);
    st = bip__intake_both(st, bip__intake_note(r->in, &said, &note, &note_n, err));
    if (placed)
        st = bip__intake_both(st, take_scores(r, &key, err));
    if (st != BIP_OK)
        return st;
    for (size_t i = 0; i < r->n; i++)
        any |= r->scores[i].score.answer != BIP_NOT_ASKED;
    if (!any && note == NULL && r->n == 0) {
        r->in->result.empty_rows++;
        return BIP_OK;
    }
    return bip__stage_whole(r->in, &key, r->line, note, note_n, (r->seen >> NOTE & 1) != 0, err);
}

/* ------------------------------------------------------------ the file */

static const char *column_of(const bip__json_reader *json)
{
    const size_t last = json->depth < 2 ? json->depth : 2;
    return last > 0 && json->levels[last - 1].object ? json->levels[last - 1].key : "";
}

static bip_status read_one(reader *r, char *text, size_t n, bip_error *err)
{
    bip__source line;
    bip_error why;
    bip__source_lend(&line, text, n);
    bip__json_reader_again(&r->json, &line, r->line);
    bip__arena_reset(&r->arena);
    memset(r->texts, 0, sizeof r->texts);
    r->seen = 0;
    r->n = 0;
    bip_status st = read_object(r, &why);
    if (st == BIP_OK)
        return take_line(r, err);
    if (st == BIP_E_REFUSED)
        return bip__intake_refuse_as(r->in, r->line, column_of(&r->json), &why, err);
    if (err != NULL)
        *err = why;
    return st;
}

static bool is_blank(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (s[i] != ' ' && s[i] != '\t')
            return false;
    return true;
}

static bip_status read_lines(reader *r, bip__source *source, bip_error *err)
{
    bip_status st, all = BIP_OK;
    char *line;
    size_t n;
    bip_error why;
    while ((st = bip__source_line(source, &line, &n, &why)) == BIP_OK) {
        r->line++;
        if (!is_blank(line, n))
            all = bip__intake_both(all, read_one(r, line, n, err));
        if (all != BIP_OK && all != BIP_E_REFUSED)
            return all;
    }
    if (st == BIP_E_REFUSED)
        return bip__intake_both(all, bip__intake_refuse_as(r->in, r->line + 1, "", &why, err));
    if (st != BIP_DONE && err != NULL)
        *err = why;
    return st == BIP_DONE ? all : st;
}

bip_status bip__read_jsonl(bip__intake *in, bip__source *source, bip_error *err)
{
    reader r = {.in = in};
    in->create = true;
    in->dates = BIP__DATE_YMD;
    bip__json_reader_init(&r.json, source, 1);
    bip_status st = read_lines(&r, source, err);
    bip__json_reader_free(&r.json);
    bip__arena_free(&r.arena);
    bip__free(r.scores);
    return st;
}
