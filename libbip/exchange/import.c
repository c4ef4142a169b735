#include "exchange/import.h"

#include "exchange/intake.h"
#include "exchange/json_reader.h"

#include <string.h>

/* ------------------------------------------------------------ telling the format */

/* Is this whole line a bip-assessment-1? */
static bip_status is_assessment(char *line, size_t n, bool *yes)
{
    static const char schema[] = "bip-assessment-1";
    bip__source source;
    bip__json_reader r;
    bool named = false;
    bip__source_lend(&source, line, n);
    bip__json_reader_init(&r, &source, 1);
    bip_status st = bip__json_expect(&r, BIP__JSON_OBJECT, NULL);
    while (st == BIP_OK && (st = bip__json_next(&r, NULL)) == BIP_OK && r.token == BIP__JSON_KEY) {
        const bool key = strcmp(r.text.data, "schema") == 0;
        st = bip__json_next(&r, NULL);
        named |= st == BIP_OK && key && r.token == BIP__JSON_STRING && strcmp(r.text.data, schema) == 0;
        if (st == BIP_OK)
            st = bip__json_skip(&r, NULL);
    }
    if (st == BIP_OK)
        st = bip__json_expect(&r, BIP__JSON_NONE, NULL);
    *yes = st == BIP_OK && named;
    bip__json_reader_free(&r);
    return st == BIP_E_NOMEM ? st : BIP_OK;
}

/* Offset of the first byte that is no blank or byte order mark, in hand; the end where there is none. */
static bip_status first_byte(bip__source *s, size_t *at, bip_error *err)
{
    bip_status st = bip__source_want(s, 3, err);
    *at = 0;
    if (st == BIP_OK && s->end - s->at >= 3 && memcmp(s->data + s->at, "\xEF\xBB\xBF", 3) == 0)
        *at = 3;
    for (; st == BIP_OK && *at <= BIP__MAX_LINE; ++*at) {
        st = bip__source_want(s, *at + 1, err);
        if (st != BIP_OK || s->end - s->at <= *at || strchr(" \t\r\n", s->data[s->at + *at]) == NULL)
            break;
        if (s->data[s->at + *at] == '\0')
            break;
    }
    return st;
}

static bip_status tell_format(bip__source *s, const char **format, bip_error *err)
{
    const char *end = NULL;
    size_t at, n = 0;
    bool lines = false;
    bip_status st = first_byte(s, &at, err);
    if (st != BIP_OK || s->end - s->at <= at || s->data[s->at + at] != '{')
        return st; /* NULL: CSV, its header says which */
    while (end == NULL && st == BIP_OK && n <= BIP__MAX_LINE) {
        end = memchr(s->data + s->at + at, '\n', s->end - s->at - at);
        n = end != NULL ? (size_t)(end - (s->data + s->at + at)) : s->end - s->at - at;
        if (end == NULL && s->over)
            break;
        if (end == NULL)
            st = bip__source_more(s, err);
    }
    if (st == BIP_OK && n <= BIP__MAX_LINE && is_assessment(s->data + s->at + at, n, &lines) != BIP_OK)
        st = bip__nomem(err);
    *format = lines ? "jsonl" : "json";
    return st;
}

/* ------------------------------------------------------------ importing */

/* What people hand over instead of a text file. To be told so helps more than what is wrong with its first line. */
static bip_status refuse_other_kinds(bip__intake *in, bip__source *source, bip_error *err)
{
    static const char json_list[] =
        "the file is a JSON list: write its objects a line each, without brackets and commas";
    static const struct {
        const char *begins, *what;
    } kinds[] = {
        {"PK\x03\x04", "the file is a workbook or an archive, not text: save the sheet as CSV"},
        {"\xD0\xCF\x11\xE0", "the file is an old workbook, not text: save the sheet as CSV"},
        {"SQLite format 3", "the file is a database, not text; a store is merged, not imported"},
        {"\xFF\xFE", "the file is UTF-16: save it as CSV UTF-8"},
        {"\xFE\xFF", "the file is UTF-16: save it as CSV UTF-8"},
        {"[{", json_list},
        {"[\n", json_list},
        {"[\r\n", json_list},
    };
    bip_status st = bip__source_want(source, strlen("SQLite format 3"), err);
    for (size_t i = 0; st == BIP_OK && i < sizeof kinds / sizeof *kinds; i++) {
        const size_t n = strlen(kinds[i].begins);
        if (source->end - source->at >= n && memcmp(source->data + source->at, kinds[i].begins, n) == 0)
            st = bip__intake_refuse(in, 1, "", err, "%s", kinds[i].what);
    }
    return st;
}

static bip_status read_all(bip__intake *in, bip__source *source, const char *format, int64_t *generation,
                           bip_error *err)
{
    bip_status st = refuse_other_kinds(in, source, err);
    if (st == BIP_OK && format != NULL && strcmp(format, "jsonl") == 0)
        st = bip__read_jsonl(in, source, err);
    else if (st == BIP_OK)
        st = bip__read_csv(in, source, format, err);
    if (st == BIP_OK)
        st = bip__stage_judge(in, err);
    if (st == BIP_OK)
        st = in->context->storage->api->generation(in->context->storage, generation, err);
    return st;
}

/* Assessments: read and checked within one view of the store, which is let go before the store is locked. */
static bip_status import_assessments(bip__change *change, bip__source *source, const char *format,
                                     const char *options_json, bip_issue_fn issue, void *ctx, bip_import_result *result,
                                     bip_error *err)
{
    bip__storage *storage = change->context->storage;
    bip__intake in;
    int64_t generation = 0;
    bip_status st = storage->api->snapshot(storage, err);
    if (st != BIP_OK)
        return st;
    st = bip__intake_open(&in, change, options_json, issue, ctx, err);
    const bool opened = st == BIP_OK;
    if (opened)
        st = read_all(&in, source, format, &generation, err);
    storage->api->release(storage);
    if (st == BIP_OK)
        st = bip__stage_settle(&in, &generation, err);
    if (st == BIP_OK)
        st = bip__stage_write(&in, generation, err);
    if (opened && st == BIP_E_REFUSED && in.result.refused > 0 && err != NULL)
        *err = in.first;
    *result = in.result;
    bip__intake_close(&in);
    return st;
}

static bip_status import_store(bip__change *change, bip__source *source, const char *options_json, bip_issue_fn issue,
                               void *ctx, bip_import_result *result, bip_error *err)
{
    bip_error why;
    bip_date today;
    bip_status st = bip__intake_check_options(change->context, options_json, &today, err);
    if (st != BIP_OK)
        return st;
    st = bip__import_store(change, source, today, result, &why);
    if (st == BIP_E_CONFLICT) /* changed content in a file is refused, as everywhere in an import */
        why.status = st = BIP_E_REFUSED;
    if (st == BIP_E_REFUSED) {
        const bip_issue told = {.line = 0, .column = "", .where = why.where, .message = why.message};
        result->refused = 1;
        if (issue != NULL && issue(ctx, &told) != 0)
            st = bip__fail(&why, BIP_E_CANCELLED, NULL, "stopped");
    }
    if (st != BIP_OK && err != NULL)
        *err = why;
    return st;
}

bip_status bip__import(bip__change *change, const char *format, const char *options_json, bip_read_fn read,
                       void *source, bip_issue_fn issue, void *ctx, bip_import_result *result, bip_error *err)
{
    static const char *const formats[] = {"csv-long", "csv-wide", "json", "jsonl"};
    bip__source bytes;
    bool known = format == NULL;
    for (size_t i = 0; format != NULL && i < sizeof formats / sizeof *formats; i++)
        known |= strcmp(format, formats[i]) == 0;
    if (!known)
        return bip__fail(err, BIP_E_USAGE, "format", "must be csv-long, csv-wide, json or jsonl, not %s", format);
    bip__source_init(&bytes, read, source);
    bip_status st = format == NULL ? tell_format(&bytes, &format, err) : BIP_OK;
    if (st == BIP_OK && format != NULL && strcmp(format, "json") == 0)
        st = import_store(change, &bytes, options_json, issue, ctx, result, err);
    else if (st == BIP_OK)
        st = import_assessments(change, &bytes, format, options_json, issue, ctx, result, err);
    bip__source_free(&bytes);
    return st;
}
