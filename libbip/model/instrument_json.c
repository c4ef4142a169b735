#include "base/number.h"
#include "model/instrument.h"
#include "model/shape.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define EPSILON 1e-9
#define MAX_BYTES ((size_t)4 * 1024 * 1024)
/* Dimensions times their indicators times respondents: each is held, so a small text could ask for gigabytes. */
#define MAX_PARTS 200000u

/* From a document whose shape was checked to the structure: here are the rules that join several values. Lists grow as
 * they are read, so that a look-up among those before finds duplicates. */
typedef struct builder {
    bip__instrument *i;
    bip_error *err;
    size_t parts;
    bool nomem; /* told at the end: texts are copied everywhere */
} builder;

static const cJSON *member(const cJSON *object, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(object, key);
}

static size_t count(const cJSON *list)
{
    return list ? (size_t)cJSON_GetArraySize(list) : 0;
}

static double number_or(const cJSON *object, const char *key, double otherwise)
{
    const cJSON *item = member(object, key);

    return item ? item->valuedouble : otherwise;
}

static bool text_is(const cJSON *object, const char *key, const char *text)
{
    const cJSON *item = member(object, key);

    return item && strcmp(item->valuestring, text) == 0;
}

/* NULL: no memory, and the builder remembers it. */
static void *room(builder *b, size_t n, size_t each)
{
    void *p = bip__arena_alloc(&b->i->arena, n * each);

    b->nomem = b->nomem || !p;
    return p;
}

static const char *keep(builder *b, const char *text)
{
    const size_t n = strlen(text) + 1;
    char *copy = room(b, n, 1);

    if (!copy)
        return "";
    memcpy(copy, text, n);
    return copy;
}

static const char *keep_member(builder *b, const cJSON *object, const char *key)
{
    const cJSON *item = member(object, key);

    return cJSON_IsString(item) ? keep(b, item->valuestring) : NULL;
}

static bip__title keep_title(builder *b, const cJSON *texts)
{
    bip__wording *in = room(b, count(texts), sizeof *in);
    bip__title title = {in, 0};

    for (const cJSON *item = texts ? texts->child : NULL; item && in; item = item->next)
        in[title.n++] = (bip__wording){keep(b, item->string), keep(b, item->valuestring)};
    return title;
}

static bip_status stands_twice(builder *b, const bip__json_path *path, const char *key, const char *code)
{
    return bip__json_fail(b->err, BIP__AT(path, key), "\"%s\" stands twice", code);
}

static bip_status names_twice(builder *b, const bip__json_path *list, size_t index, const char *code)
{
    return bip__json_fail(b->err, BIP__AT_INDEX(list, index), "\"%s\" stands twice", code);
}

/* --- respondents */

static bip_status build_respondents(builder *b, const cJSON *list)
{
    const bip__json_path *path = BIP__AT(NULL, "respondents");
    bip__respondent *r;

    if (count(list) > BIP__MAX_RESPONDENTS)
        return bip__json_fail(b->err, path, "has more than %d entries", BIP__MAX_RESPONDENTS);
    if (!(r = room(b, count(list), sizeof *r)))
        return BIP_E_NOMEM;
    b->i->respondents = r;
    for (const cJSON *item = list->child; item; item = item->next, r++) {
        const char *code = member(item, "code")->valuestring;
        if (bip__instrument_respondent(b->i, code) >= 0)
            return stands_twice(b, BIP__AT_INDEX(path, b->i->n_respondents), "code", code);
        r->code = keep(b, code);
        r->title = keep_title(b, member(item, "title"));
        if (r->title.n == 0) {
            /* a role without a title goes by its code */
            bip__wording *in = room(b, 1, sizeof *in);
            if (in)
                *in = (bip__wording){"en", r->code};
            r->title = (bip__title){in, in ? 1 : 0};
        }
        b->i->n_respondents++;
    }
    return BIP_OK;
}

/* The set of respondents that a list of codes names; all without a list. */
static bip_status role_set(builder *b, const cJSON *object, const char *key, const bip__json_path *path, uint64_t *set)
{
    const cJSON *list = member(object, key);
    size_t index = 0;

    *set = list ? 0 : UINT64_MAX >> (BIP__MAX_RESPONDENTS - b->i->n_respondents);
    for (const cJSON *item = list ? list->child : NULL; item; item = item->next, index++) {
        const int32_t at = bip__instrument_respondent(b->i, item->valuestring);
        if (at < 0)
            return bip__json_fail(b->err, BIP__AT_INDEX(BIP__AT(path, key), index), "unknown respondent \"%s\"",
                                  item->valuestring);
        if (*set >> at & 1)
            return names_twice(b, BIP__AT(path, key), index, item->valuestring);
        *set |= UINT64_C(1) << at;
    }
    return BIP_OK;
}

/* --- scales */

static const bip__scale *find_scale(const bip__instrument *i, const char *code)
{
    for (size_t k = 0; k < i->n_scales; k++)
        if (strcmp(i->scales[k].code, code) == 0)
            return &i->scales[k];
    return NULL;
}

static bip_status build_by_step(builder *b, const cJSON *json, const bip__json_path *path, bip__scale *s)
{
    static const char *const ends[] = {"min", "max"};

    for (size_t k = 0; k < 2; k++)
        if (!member(json, ends[k]))
            return bip__json_fail(b->err, BIP__AT(path, ends[k]), "is missing: a scale has min and max, or values");
    s->min = number_or(json, "min", 0);
    s->max = number_or(json, "max", 0);
    s->step = number_or(json, "step", 1);
    const double width = s->max - s->min;
    if (!(width > 0))
        return bip__json_fail(b->err, BIP__AT(path, "max"), "must be above min");
    if (s->step > 0 && fabs(round(width / s->step) * s->step - width) > EPSILON * width)
        return bip__json_fail(b->err, BIP__AT(path, "step"), "max - min is no multiple of the step%s",
                              member(json, "step") ? "" : " (1 where none is given)");
    return BIP_OK;
}

static bip_status build_by_values(builder *b, const cJSON *json, const bip__json_path *path, bip__scale *s)
{
    static const char *const others[] = {"min", "max", "step"};
    const cJSON *list = member(json, "values");
    const bip__json_path *at = BIP__AT(path, "values");
    double *values;

    for (size_t k = 0; k < 3; k++)
        if (member(json, others[k]))
            return bip__json_fail(b->err, BIP__AT(path, others[k]), "can't stand beside values");
    if (count(list) < 2)
        return bip__json_fail(b->err, at, "needs at least two values");
    if (!(values = room(b, count(list), sizeof *values)))
        return BIP_E_NOMEM;
    s->values = values;
    s->step = INFINITY;
    for (const cJSON *item = list->child; item; item = item->next) {
        const size_t k = s->n_values++;
        values[k] = item->valuedouble;
        if (k > 0 && !(values[k] > values[k - 1]))
            return bip__json_fail(b->err, BIP__AT_INDEX(at, k), "must be above the value before it");
        if (k > 0)
            s->step = fmin(s->step, values[k] - values[k - 1]);
    }
    s->min = values[0];
    s->max = values[s->n_values - 1];
    return BIP_OK;
}

static int by_score(const void *a, const void *b)
{
    const bip__scale_label *x = a, *y = b;

    return (x->score > y->score) - (x->score < y->score);
}

static bip_status build_labels(builder *b, const cJSON *json, const bip__json_path *path, bip__scale *s)
{
    const cJSON *texts = member(json, "labels");
    bip__scale_label *labels = room(b, count(texts), sizeof *labels);
    double score;

    if (!labels)
        return BIP_E_NOMEM;
    s->labels = labels;
    for (const cJSON *item = texts ? texts->child : NULL; item; item = item->next) {
        const bip__json_path *at = BIP__AT(BIP__AT(path, "labels"), item->string);
        if (!bip__number_parse_json(item->string, strlen(item->string), &score))
            return bip__json_fail(b->err, at, "is no number: labels are named by their score");
        if (!bip__scale_holds(s, score))
            return bip__json_fail(b->err, at, "is no score of this scale");
        if (bip__scale_label_get(s, score, NULL))
            return bip__json_fail(b->err, at, "is a second label for this score");
        labels[s->n_labels++] = (bip__scale_label){score, keep_title(b, item)};
    }
    qsort(labels, s->n_labels, sizeof *labels, by_score);
    return BIP_OK;
}

static bip_status build_scales(builder *b, const cJSON *list)
{
    bip__scale *s = room(b, count(list), sizeof *s);
    bip_status st;

    if (!s)
        return BIP_E_NOMEM;
    b->i->scales = s;
    for (const cJSON *item = list->child; item; item = item->next, s++) {
        const bip__json_path *path = BIP__AT_INDEX(BIP__AT(NULL, "scales"), b->i->n_scales);
        const char *code = member(item, "code")->valuestring;
        if (find_scale(b->i, code))
            return stands_twice(b, path, "code", code);
        s->code = keep(b, code);
        st = member(item, "values") ? build_by_values(b, item, path, s) : build_by_step(b, item, path, s);
        if (st != BIP_OK || (st = build_labels(b, item, path, s)) != BIP_OK)
            return st;
        b->i->n_scales++;
    }
    return BIP_OK;
}

/* --- indicators */

static bip_status build_questions(builder *b, const cJSON *json, const bip__json_path *path, bip__indicator *ind)
{
    const cJSON *questions = member(json, "question");
    bip__title *texts;

    if (!questions)
        return BIP_OK;
    if (!(texts = room(b, b->i->n_respondents, sizeof *texts)))
        return BIP_E_NOMEM;
    ind->questions = texts;
    for (const cJSON *item = questions->child; item; item = item->next) {
        const int32_t at = bip__instrument_respondent(b->i, item->string);
        if (at < 0)
            return bip__json_fail(b->err, BIP__AT(BIP__AT(path, "question"), item->string), "unknown respondent");
        texts[at] = keep_title(b, item);
    }
    return BIP_OK;
}

static bip_status build_indicator(builder *b, const cJSON *json, const bip__json_path *path, bip__indicator *ind)
{
    const char *code = member(json, "code")->valuestring;
    const char *scale = member(json, "scale")->valuestring;
    bip_status st;

    if (bip__instrument_indicator(b->i, code) >= 0)
        return stands_twice(b, path, "code", code);
    if (!(ind->scale = find_scale(b->i, scale)))
        return bip__json_fail(b->err, BIP__AT(path, "scale"), "unknown scale \"%s\"", scale);
    ind->code = keep(b, code);
    ind->title = keep_title(b, member(json, "title"));
    ind->better = text_is(json, "better", "lower") ? BIP_LOWER : BIP_HIGHER;
    ind->reliability = number_or(json, "reliability", NAN);
    ind->sd = number_or(json, "sd", NAN);
    ind->smallest_step = number_or(json, "smallest_step", ind->scale->step);
    if ((st = role_set(b, json, "respondents", path, &ind->asked)) != BIP_OK)
        return st;
    if ((st = role_set(b, json, "visible_to", path, &ind->visible)) != BIP_OK)
        return st;
    return build_questions(b, json, path, ind);
}

/* What each respondent is asked, in the instrument's order: what the positions of stored scores mean. */
static bip_status build_items(builder *b)
{
    bip__instrument *i = b->i;
    const int32_t **items = room(b, i->n_respondents, sizeof *items);
    size_t *n = room(b, i->n_respondents, sizeof *n);

    if (!items || !n)
        return BIP_E_NOMEM;
    for (size_t r = 0; r < i->n_respondents; r++) {
        int32_t *list = room(b, i->n_indicators, sizeof *list);
        if (!list)
            return BIP_E_NOMEM;
        items[r] = list;
        for (size_t k = 0; k < i->n_indicators; k++)
            if (i->indicators[k].asked >> r & 1)
                list[n[r]++] = (int32_t)k;
    }
    i->items = items;
    i->n_items = n;
    return BIP_OK;
}

static bip_status build_indicators(builder *b, const cJSON *list)
{
    bip__indicator *ind = room(b, count(list), sizeof *ind);
    bip_status st;

    if (!ind)
        return BIP_E_NOMEM;
    b->i->indicators = ind;
    for (const cJSON *item = list->child; item; item = item->next, ind++) {
        const bip__json_path *path = BIP__AT_INDEX(BIP__AT(NULL, "indicators"), b->i->n_indicators);
        if ((st = build_indicator(b, item, path, ind)) != BIP_OK)
            return st;
        b->i->n_indicators++;
    }
    return build_items(b);
}

/* --- dimensions */

static int32_t find_dimension(const bip__instrument *i, const char *code)
{
    for (size_t k = 0; k < i->n_dimensions; k++)
        if (strcmp(i->dimensions[k].code, code) == 0)
            return (int32_t)k;
    return -1;
}

static bip_status build_members(builder *b, const cJSON *json, const bip__json_path *path, bip__dimension *d)
{
    const cJSON *list = member(json, "indicators");
    int32_t *indexes = room(b, count(list), sizeof *indexes);

    if (!indexes)
        return BIP_E_NOMEM;
    d->indicators = indexes;
    d->visible = UINT64_MAX;
    for (const cJSON *item = list->child; item; item = item->next) {
        const int32_t at = bip__instrument_indicator(b->i, item->valuestring);
        if (at < 0)
            return bip__json_fail(b->err, BIP__AT_INDEX(BIP__AT(path, "indicators"), d->n_indicators),
                                  "unknown indicator \"%s\"", item->valuestring);
        for (size_t k = 0; k < d->n_indicators; k++)
            if (indexes[k] == at)
                return names_twice(b, BIP__AT(path, "indicators"), d->n_indicators, item->valuestring);
        d->visible &= b->i->indicators[at].visible;
        indexes[d->n_indicators++] = at;
    }
    return BIP_OK;
}

static bip_status build_better(builder *b, const cJSON *json, const bip__json_path *path, bip__dimension *d)
{
    d->better = b->i->indicators[d->indicators[0]].better;
    if (member(json, "better")) {
        d->better = text_is(json, "better", "lower") ? BIP_LOWER : BIP_HIGHER;
        return BIP_OK;
    }
    for (size_t k = 1; k < d->n_indicators; k++)
        if (b->i->indicators[d->indicators[k]].better != d->better)
            return bip__json_fail(b->err, BIP__AT(path, "better"), "is missing: the indicators run both ways");
    return BIP_OK;
}

static bip_status build_weights(builder *b, const cJSON *json, const bip__json_path *path, const bip__dimension *d,
                                double *weights)
{
    const cJSON *given = member(json, "weights");

    for (size_t k = 0; k < d->n_indicators; k++)
        weights[k] = 1;
    for (const cJSON *item = given ? given->child : NULL; item; item = item->next) {
        const int32_t at = bip__instrument_indicator(b->i, item->string);
        size_t k = 0;
        while (k < d->n_indicators && d->indicators[k] != at)
            k++;
        if (k == d->n_indicators)
            return bip__json_fail(b->err, BIP__AT(BIP__AT(path, "weights"), item->string),
                                  "is no indicator of this dimension");
        weights[k] = item->valuedouble;
    }
    return BIP_OK;
}

static bip_status build_views(builder *b, const cJSON *json, const bip__json_path *path, bip__dimension *d)
{
    double *weights = room(b, d->n_indicators, sizeof *weights);
    bip_status st;

    if (!weights)
        return BIP_E_NOMEM;
    if ((st = build_weights(b, json, path, d, weights)) != BIP_OK)
        return st;
    b->parts += d->n_indicators * b->i->n_respondents;
    if (b->parts > MAX_PARTS)
        return bip__json_fail(b->err, BIP__AT(path, "indicators"), "too many in all dimensions together");
    if (!bip__dimension_build_views(b->i, d, weights))
        return bip__nomem(b->err);
    for (size_t r = 0; r < b->i->n_respondents; r++)
        if (d->views[r].n > 0 && !(d->views[r].max > d->views[r].min))
            return bip__json_fail(b->err, path, "its range is lost when rounded to 12 significant digits");
    return BIP_OK;
}

static bip_status build_dimension(builder *b, const cJSON *json, const bip__json_path *path, bip__dimension *d)
{
    const char *code = member(json, "code")->valuestring;
    bip_status st;

    if (bip__instrument_indicator(b->i, code) >= 0 || find_dimension(b->i, code) >= 0)
        return stands_twice(b, path, "code", code);
    d->code = keep(b, code);
    d->title = keep_title(b, member(json, "title"));
    d->sum = text_is(json, "method", "sum");
    d->min_answered = number_or(json, "min_answered", d->sum ? 1 : 0.5);
    d->reliability = number_or(json, "reliability", NAN);
    d->sd = number_or(json, "sd", NAN);
    d->smallest_step = number_or(json, "smallest_step", NAN);
    if ((st = build_members(b, json, path, d)) != BIP_OK)
        return st;
    if ((st = build_better(b, json, path, d)) != BIP_OK)
        return st;
    return build_views(b, json, path, d);
}

static bip_status build_dimensions(builder *b, const cJSON *list)
{
    bip__dimension *d = room(b, count(list), sizeof *d);
    bip_status st;

    if (!d)
        return BIP_E_NOMEM;
    b->i->dimensions = d;
    for (const cJSON *item = list ? list->child : NULL; item; item = item->next, d++) {
        const bip__json_path *path = BIP__AT_INDEX(BIP__AT(NULL, "dimensions"), b->i->n_dimensions);
        if ((st = build_dimension(b, item, path, d)) != BIP_OK)
            return st;
        b->i->n_dimensions++;
    }
    return BIP_OK;
}

/* --- bands */

/* The range of a band's subject; of a dimension that of all respondents together. A band may begin outside it: what is
 * below the lowest score is a usual way to say "from the bottom". */
static void band_range(const bip__instrument *i, const bip__band *band, double *min, double *max)
{
    if (band->kind == BIP_INDICATOR) {
        *min = i->indicators[band->of].scale->min;
        *max = i->indicators[band->of].scale->max;
        return;
    }
    *min = INFINITY;
    *max = -INFINITY;
    for (size_t r = 0; r < i->n_respondents; r++) {
        const bip__dimension_view *view = &i->dimensions[band->of].views[r];
        if (view->n > 0) {
            *min = fmin(*min, view->min);
            *max = fmax(*max, view->max);
        }
    }
}

static bip_status check_band(builder *b, const bip__band *band, const bip__json_path *path)
{
    double min, max;

    band_range(b->i, band, &min, &max);
    const double slack = EPSILON * (max - min);
    for (const bip__band *before = b->i->bands; before < band; before++) {
        if (before->kind != band->kind || before->of != band->of)
            continue;
        if (strcmp(before->code, band->code) == 0)
            return stands_twice(b, path, "code", band->code);
        if (fabs(before->from - band->from) <= slack)
            return bip__json_fail(b->err, BIP__AT(path, "from"), "another band begins here");
    }
    return BIP_OK;
}

static bip_status build_band(builder *b, const cJSON *json, const bip__json_path *path, bip__band *band)
{
    const char *of = member(json, "of")->valuestring;
    const int32_t indicator = bip__instrument_indicator(b->i, of);

    band->kind = indicator >= 0 ? BIP_INDICATOR : BIP_DIMENSION;
    band->of = indicator >= 0 ? indicator : find_dimension(b->i, of);
    if (band->of < 0)
        return bip__json_fail(b->err, BIP__AT(path, "of"), "unknown indicator or dimension \"%s\"", of);
    band->code = keep_member(b, json, "code");
    band->title = keep_title(b, member(json, "title"));
    band->from = number_or(json, "from", 0);
    return check_band(b, band, path);
}

static int by_subject_and_from(const void *a, const void *b)
{
    const bip__band *x = a, *y = b;

    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    if (x->of != y->of)
        return x->of < y->of ? -1 : 1;
    return (x->from > y->from) - (x->from < y->from);
}

static bip_status build_bands(builder *b, const cJSON *list)
{
    bip__band *bands = room(b, count(list), sizeof *bands);
    bip_status st;

    if (!bands)
        return BIP_E_NOMEM;
    b->i->bands = bands;
    for (const cJSON *item = list ? list->child : NULL; item; item = item->next) {
        const bip__json_path *path = BIP__AT_INDEX(BIP__AT(NULL, "bands"), b->i->n_bands);
        if ((st = build_band(b, item, path, &bands[b->i->n_bands])) != BIP_OK)
            return st;
        b->i->n_bands++;
    }
    qsort(bands, b->i->n_bands, sizeof *bands, by_subject_and_from);
    return BIP_OK;
}

/* --- whole */

static bip_status build_head(builder *b, const cJSON *document)
{
    bip__instrument *i = b->i;

    i->code = keep_member(b, document, "instrument");
    i->version = keep_member(b, document, "version");
    i->continues = keep_member(b, document, "continues");
    i->title = keep_title(b, member(document, "title"));
    i->source = keep_member(b, document, "source");
    i->interval_days = (int32_t)number_or(document, "interval_days", 0);
    i->pair_days = (int32_t)number_or(document, "pair_days", 14);
    i->handout = !cJSON_IsFalse(member(document, "handout"));
    if (i->continues && strcmp(i->continues, i->version) == 0)
        return bip__json_fail(b->err, BIP__AT(NULL, "continues"), "a version can't continue itself");
    return BIP_OK;
}

static bip_status build_pattern(builder *b, const cJSON *document)
{
    const char *pattern = keep_member(b, document, "participant_pattern");
    bip_error why = {0};

    if (!pattern || b->nomem)
        return BIP_OK;
    const bip_status st = bip__pattern_compile(pattern, strlen(pattern), &b->i->participant_pattern, &why);
    if (st == BIP_E_REFUSED)
        return bip__json_fail(b->err, BIP__AT(NULL, "participant_pattern"), "%s", why.message);
    return st == BIP_OK ? st : bip__nomem(b->err);
}

static bip_status build_canonical(builder *b, const cJSON *document)
{
    bip__out out;
    bip_status st;

    bip__out_init(&out, NULL, NULL);
    bip__canonical_print(&out, document);
    if ((st = bip__out_finish(&out, b->err)) == BIP_OK) {
        b->i->json_n = out.len;
        bip__out_char(&out, '\0');
        if ((st = bip__out_finish(&out, b->err)) == BIP_OK)
            b->i->json = keep(b, out.data);
    }
    bip__out_free(&out);
    return st;
}

static bip_status build(builder *b, const cJSON *document)
{
    bip_status st;

    if ((st = build_head(b, document)) != BIP_OK)
        return st;
    if ((st = build_respondents(b, member(document, "respondents"))) != BIP_OK)
        return st;
    if ((st = build_scales(b, member(document, "scales"))) != BIP_OK)
        return st;
    if ((st = build_indicators(b, member(document, "indicators"))) != BIP_OK)
        return st;
    if ((st = build_dimensions(b, member(document, "dimensions"))) != BIP_OK)
        return st;
    if ((st = build_bands(b, member(document, "bands"))) != BIP_OK)
        return st;
    if ((st = build_pattern(b, document)) != BIP_OK)
        return st;
    return build_canonical(b, document);
}

bip_status bip__instrument_parse(const char *json, size_t n, bip__instrument **out, bip_error *err)
{
    builder b = {.err = err};
    cJSON *document;
    bip_status st;

    *out = NULL;
    if (n > MAX_BYTES)
        return bip__fail(err, BIP_E_REFUSED, NULL, "an instrument has at most 4 MiB");
    if ((st = bip__json_parse(json, n, &document, err)) != BIP_OK)
        return st;
    if ((st = bip__shape_check(document, err)) != BIP_OK)
        goto done;
    if (!(b.i = bip__alloc_zero(1, sizeof *b.i))) {
        st = bip__nomem(err);
        goto done;
    }
    st = build(&b, document);
    if (b.nomem) /* a text that could not be copied makes other complaints meaningless */
        st = bip__nomem(err);
    if (st == BIP_OK)
        *out = b.i;
    else
        bip__instrument_free(b.i);
done:
    cJSON_Delete(document);
    return st;
}
