#include "api/api.h"
#include "base/date.h"
#include "base/hash.h"
#include "base/out.h"
#include "base/text.h"
#include "model/json.h"
#include "model/pattern.h"
#include "progress/progress.h"
#include "show/show.h"
#include "store/store.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct status_words {
    const char *code, *text;
} status_words;

static const status_words statuses[] = {
    [BIP_OK] = {"ok", "done"},
    [BIP_DONE] = {"done", "no further record"},
    [BIP_E_USAGE] = {"usage", "the call is not allowed like this"},
    [BIP_E_REFUSED] = {"refused", "the data does not hold"},
    [BIP_E_NOT_FOUND] = {"not_found", "it is not in the store"},
    [BIP_E_CONFLICT] = {"conflict", "other content is held already"},
    [BIP_E_BUSY] = {"busy", "the store is in use by another process"},
    [BIP_E_IO] = {"io", "the file can't be read or written"},
    [BIP_E_FULL] = {"full", "the disk is full"},
    [BIP_E_NOMEM] = {"nomem", "memory ran out"},
    [BIP_E_FORMAT] = {"format", "the file is not a store of libbip"},
    [BIP_E_TOO_NEW] = {"too_new", "the store was written by a later version"},
    [BIP_E_CORRUPT] = {"corrupt", "the store is damaged"},
    [BIP_E_CANCELLED] = {"cancelled", "stopped on request"},
    [BIP_E_READ_ONLY] = {"read_only", "the store is open for reading only"},
};

static const status_words *words_of(bip_status status)
{
    static const status_words unknown = {"unknown", "unknown status"};
    size_t i = (size_t)status;
    return i < sizeof statuses / sizeof *statuses ? &statuses[i] : &unknown;
}

const char *bip_status_code(bip_status status)
{
    return words_of(status)->code;
}

const char *bip_status_text(bip_status status)
{
    return words_of(status)->text;
}

const char *bip_version(void)
{
    return BIP_VERSION;
}

void bip_versions(char *out, size_t n)
{
    if (out != NULL && n > 0)
        snprintf(out, n, "sqlite %s\ncjson %s\npcre2 %s\nlibsodium %s\nutf8proc %s", bip__sqlite_library(),
                 bip__json_library(), bip__pattern_library(), bip__hash_library(), bip__text_library());
}

/* ------------------------------------------------------------ dates */

bip_status bip_date_parse(const char *text, bip_date *out, bip_error *err)
{
    if (text == NULL || out == NULL)
        return bip__fail(err, BIP_E_USAGE, "date", "no text, or nowhere to put the date");
    *out = BIP_NO_DATE;
    bip__date_fault fault = bip__date_read(text, strlen(text), BIP__DATE_YMD, false, out);
    return fault == BIP__DATE_OK
               ? BIP_OK
               : bip__fail(err, BIP_E_REFUSED, "date", "\"%.40s\" %s", text, bip__date_fault_text(fault));
}

void bip_date_format(bip_date date, char out[11])
{
    int y = 0, m = 0, d = 0;
    if (out == NULL)
        return;
    out[0] = '\0';
    if (!bip__date_valid(date))
        return;
    bip__date_split(date, &y, &m, &d);
    snprintf(out, 11, "%04u-%02u-%02u", (unsigned)y % 10000u, (unsigned)m % 100u, (unsigned)d % 100u);
}

/* ------------------------------------------------------------ statistics */

void bip_series_rules_init(bip_series_rules *rules, size_t n)
{
    bip_series_rules all = {.size = n, .reliability = NAN, .sd = NAN};
    bip__give_struct(rules, n, &all, sizeof all);
}

bip_status bip__rules_check(const bip_series_rules *r, bip_error *err)
{
    if (!(isfinite(r->scale_min) && isfinite(r->scale_max) && r->scale_min < r->scale_max))
        return bip__fail(err, BIP_E_USAGE, "rules.scale", "the scale needs two ends, the lower first");
    if (!(isfinite(r->smallest_step) && r->smallest_step >= 0))
        return bip__fail(err, BIP_E_USAGE, "rules.smallest_step", "is not 0 or above");
    if (!isnan(r->reliability) && !(r->reliability >= 0 && r->reliability < 1))
        return bip__fail(err, BIP_E_USAGE, "rules.reliability", "is outside 0..1, 1 not included");
    if (!isnan(r->sd) && !(isfinite(r->sd) && r->sd > 0))
        return bip__fail(err, BIP_E_USAGE, "rules.sd", "is not above 0");
    if (r->better != BIP_HIGHER && r->better != BIP_LOWER)
        return bip__fail(err, BIP_E_USAGE, "rules.better", "is neither BIP_HIGHER nor BIP_LOWER");
    return BIP_OK;
}

static bip_status bad_point(size_t i, const char *why, bip_error *err)
{
    char where[48];
    snprintf(where, sizeof where, "point %zu", i);
    return bip__fail(err, BIP_E_USAGE, where, "%s", why);
}

static bip_status check_points(const bip_date *days, const double *scores, size_t n, bip_error *err)
{
    for (size_t i = 0; i < n; i++) {
        if (!bip__date_valid(days[i]))
            return bad_point(i, "the day is outside the years 1900 to 2199", err);
        if (i > 0 && days[i] <= days[i - 1])
            return bad_point(i, "the days don't rise", err);
        if (!isfinite(scores[i]))
            return bad_point(i, "the score is no finite number", err);
    }
    return BIP_OK;
}

bip_status bip_series_compute(const bip_date *days, const double *scores, const int32_t *raters, size_t n,
                              const bip_series_rules *rules, bip_series *out, size_t out_size, bip_error *err)
{
    bip_series_rules all;
    bip_series series;
    bip__scratch scratch = {.alone = true};
    if (days == NULL || scores == NULL || n == 0 || rules == NULL || out == NULL)
        return bip__fail(err, BIP_E_USAGE, NULL, "days, scores, rules and a place for the result are needed");
    bip_series_rules_init(&all, sizeof all);
    bip_status st = bip__take_struct(&all, sizeof all, rules, rules->size, "rules", err);
    if (st == BIP_OK)
        st = bip__rules_check(&all, err);
    if (st == BIP_OK)
        st = check_points(days, scores, n, err);
    if (st != BIP_OK)
        return st;
    memset(&series, 0, sizeof series);
    st = bip__series_numbers(&scratch, days, scores, raters, n, &all, &series, err);
    bip__scratch_free(&scratch);
    if (st != BIP_OK)
        return st;
    bip__give_struct(out, out_size, &series, sizeof series);
    return BIP_OK;
}

bip_status bip_series_sentence(const bip_series *series, const bip_sentence_words *words, bip_write_fn write, void *ctx,
                               bip_error *err)
{
    bip_sentence_words all = {0};
    bip__out o;
    if (series == NULL || words == NULL || write == NULL)
        return bip__fail(err, BIP_E_USAGE, NULL, "a series, words and a sink are needed");
    bip__out_init(&o, write, ctx);
    bip_status st = bip__take_struct(&all, sizeof all, words, words->size, "words", err);
    if (st == BIP_OK)
        st = bip__sentence(series, &all, &o, err);
    if (st == BIP_OK)
        st = bip__out_finish(&o, err);
    bip__out_free(&o);
    return st;
}
